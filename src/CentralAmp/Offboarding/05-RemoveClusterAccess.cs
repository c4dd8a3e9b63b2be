using CentralAmp.Access;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

public sealed record RemoveClusterAccessRequest(ExecutionReference Execution, ResolveOffboardingResult Resolved);

public sealed record RemoveClusterAccessResult(Change Change);

/// <summary>Removes the managed access entry; afterwards CentralAmp cannot connect to the cluster. An entry of another owner stays.</summary>
public sealed partial class RemoveClusterAccessStep(IAccessEntries entries, ClusterRegistry registry, ILogger<RemoveClusterAccessStep> logger)
{
    public async Task<RemoveClusterAccessResult> RunAsync(RemoveClusterAccessRequest request, CancellationToken cancellationToken)
    {
        var cluster = request.Resolved.Cluster;
        var entry = await entries.FindAsync(cluster, request.Execution, cancellationToken);
        var isManaged = entry is not null && AccessEntryDecision.IsManaged(cluster, entry);
        if (isManaged)
        {
            await registry.RequireClaimAsync(cluster, request.Resolved.Described.CreatedAt, request.Execution, cancellationToken);
        }

        var deleted = isManaged && await entries.DeleteAsync(cluster, request.Execution, cancellationToken);
        Removed(cluster.Arn, deleted);
        return new RemoveClusterAccessResult(deleted ? Change.Updated : Change.Unchanged);
    }

    [LoggerMessage(LogLevel.Information, "Access entry of {Cluster} removed: {Done}")]
    private partial void Removed(string cluster, bool done);
}
