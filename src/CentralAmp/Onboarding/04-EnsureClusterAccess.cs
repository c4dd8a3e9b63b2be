using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record EnsureClusterAccessRequest(ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described);

/// <param name="Change">The change to the access entry.</param>
/// <param name="Reading">Whether the read-only RBAC is installed and effective; if it is Missing, an elevation follows.</param>
public sealed record EnsureClusterAccessResult(Change Change, RbacAccess Reading);

/// <summary>Ensures the access entry and checks the read-only RBAC. Only an elevation can install that RBAC.</summary>
public sealed partial class EnsureClusterAccessStep(
    IAccessEntries entries, MemberAccounts members, IKubernetesClients clients, ILogger<EnsureClusterAccessStep> logger)
{
    public async Task<EnsureClusterAccessResult> RunAsync(EnsureClusterAccessRequest request, CancellationToken cancellationToken)
    {
        var (execution, cluster, described) = request;
        AccessEntryDecision.RequireAccessEntries(cluster, described.AuthenticationMode);
        var change = await EnsureEntryAsync(cluster, execution, cancellationToken);

        using var kubernetes = await clients.ConnectAsync(cluster, described, execution, cancellationToken);
        var reading = await RbacRules.CheckAsync(kubernetes, RbacRules.Reading(), cancellationToken);
        Ensured(cluster.Arn, change, reading);
        return new EnsureClusterAccessResult(change, reading);
    }

    private async Task<Change> EnsureEntryAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var observed = await entries.FindAsync(cluster, execution, cancellationToken);
        switch (AccessEntryDecision.Decide(cluster, members.RoleArn(cluster), observed))
        {
            case AccessEntryDelta.Create:
                return await entries.CreateAsync(cluster, execution, cancellationToken)
                    ? Change.Created
                    : throw new NotReadyException(
                        Causes.AccessEntryMissing,
                        $"Another execution has just created the access entry of CentralAmpMember in {cluster}.",
                        "None: the state machine checks again and finds the entry.");
            case AccessEntryDelta.UpdateGroups:
                await entries.UpdateGroupsAsync(cluster, execution, cancellationToken);
                return Change.Updated;
            default:
                return Change.Unchanged;
        }
    }

    [LoggerMessage(LogLevel.Information, "Access entry of {ClusterArn}: {Change}; read-only RBAC: {Reading}")]
    private partial void Ensured(string clusterArn, Change change, RbacAccess reading);
}
