using CentralAmp.Registry;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

public sealed record CutAccessRequest(ExecutionReference Execution, ResolveOffboardingResult Resolved);

/// <param name="Change">The change to the ingest role's policy; Unchanged also if there is no managed role.</param>
public sealed record CutAccessResult(Change Change);

/// <summary>
/// Ends a living cluster's access but keeps its role: a Prometheus whose role is missing cannot reload and does not survive a restart.
/// A Prometheus that is only denied can do both.
/// </summary>
public sealed partial class CutAccessStep(IamIssuedTrust trust, ClusterRegistry registry, ILogger<CutAccessStep> logger)
{
    public async Task<CutAccessResult> RunAsync(CutAccessRequest request, CancellationToken cancellationToken)
    {
        var hub = new TrustAccount(Member: null, request.Execution);
        var name = IssuedNames.Role(request.Resolved);
        var role = await trust.FindRoleAsync(hub, name, cancellationToken);
        if (!IssuedNames.IsManaged(request.Resolved, role?.Tags)
            || PolicyMeaning.IsSame(await trust.FindPolicyAsync(hub, name, IngestRole.PolicyName, cancellationToken), TrustPolicies.Denial))
        {
            return new CutAccessResult(Change.Unchanged);
        }

        await registry.RequireClaimAsync(request.Resolved.Cluster, request.Resolved.Described.CreatedAt, request.Execution, cancellationToken);
        if (!await trust.PutPolicyAsync(hub, name, IngestRole.PolicyName, TrustPolicies.Denial, cancellationToken))
        {
            return new CutAccessResult(Change.Unchanged);
        }

        Cut(request.Resolved.Cluster.Arn, role!.Arn);
        return new CutAccessResult(Change.Updated);
    }

    [LoggerMessage(LogLevel.Information, "{Cluster}: {Role} may no longer write")]
    private partial void Cut(string cluster, string role);
}
