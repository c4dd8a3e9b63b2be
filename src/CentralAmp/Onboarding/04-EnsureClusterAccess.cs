using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Kubernetes;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record EnsureClusterAccessRequest(ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described);

/// <param name="Change">The change to the access entry, which the elevation makes.</param>
/// <param name="Reading">Whether the read-only RBAC is installed and effective; if it is Missing, or the entry must change, an elevation follows.</param>
public sealed record EnsureClusterAccessResult(Change Change, RbacAccess Reading);

/// <summary>
/// Checks the access entry and the read-only RBAC. Whatever must change needs an elevation, whose function has the right to change entries; this one
/// reads what the cluster answers, so it has no such right.
/// </summary>
public sealed partial class EnsureClusterAccessStep(
    IAccessEntries entries, IKubernetesClients clients, ILogger<EnsureClusterAccessStep> logger)
{
    public async Task<EnsureClusterAccessResult> RunAsync(EnsureClusterAccessRequest request, CancellationToken cancellationToken)
    {
        var (execution, cluster, described) = request;
        AccessEntryDecision.RequireAccessEntries(cluster, described.AuthenticationMode);
        var observed = await entries.FindAsync(cluster, execution, cancellationToken);
        var change = AccessEntryDecision.Decide(cluster, entries.PrincipalArn(cluster), observed) switch
        {
            AccessEntryDelta.Create => Change.Created,
            AccessEntryDelta.UpdateGroups => Change.Updated,
            _ => Change.Unchanged,
        };
        if (change != Change.Unchanged)
        {
            Ensured(cluster.Arn, change, RbacAccess.Missing);
            return new EnsureClusterAccessResult(change, RbacAccess.Missing);
        }

        using var kubernetes = await clients.ConnectAsync(cluster, described, execution, cancellationToken);
        var reading = await RbacRules.CheckAsync(kubernetes, RbacRules.Reading(), cancellationToken);
        Ensured(cluster.Arn, change, reading);
        return new EnsureClusterAccessResult(change, reading);
    }

    [LoggerMessage(LogLevel.Information, "Access entry of {ClusterArn}: {Change}; read-only RBAC: {Reading}")]
    private partial void Ensured(string clusterArn, Change change, RbacAccess reading);
}
