using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="AccountId">Absent for the hub account.</param>
public sealed record FindOrphansRequest(ExecutionReference Execution, SweepReference Sweep, string? AccountId = null, string? Next = null);

public sealed record FindOrphansResult(int Orphans, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <summary>Finds roles and providers with CentralAmp's tags whose cluster is gone or not registered; reports them, and registers them for later sweeps. Deletes nothing.</summary>
public sealed partial class FindOrphansStep(
    IManagedResources resources, IFleetRegistry registry, IClusterReader clusters, HubSettings settings, ILogger<FindOrphansStep> logger)
{
    public async Task<FindOrphansResult> RunAsync(FindOrphansRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var (page, next) = await resources.PageAsync(request.AccountId, request.Next, request.Execution, cancellationToken);
            var orphans = 0;
            foreach (var resource in page)
            {
                orphans += await InspectAsync(resource, request, cancellationToken) ? 1 : 0;
            }

            return new FindOrphansResult(orphans, next);
        }
        catch (BlockedException e) when (request.AccountId is { } account)
        {
            // Without the member role, the listing of clusters has reported the account already; this writes the same record.
            await registry.ReportAsync(new UnreachedPlace(account, "*", request.Sweep.Id, e.Cause, e.Sentence, e.Remedy), cancellationToken);
            return new FindOrphansResult(0, null);
        }
    }

    private async Task<bool> InspectAsync(TaggedResource resource, FindOrphansRequest request, CancellationToken cancellationToken)
    {
        if (OrphanDecider.OwnerOf(resource) is not { } owner)
        {
            return false;
        }

        var known = await registry.FindAsync(owner.Cluster.Arn, owner.CreatedAt, cancellationToken);
        var next = OrphanDecider.Decide(resource, owner, known);
        if (next == OrphanNext.DescribeCluster)
        {
            next = OrphanDecider.Decide(resource, owner, await IsGoneAsync(owner, request.Execution, cancellationToken));
        }

        switch (next)
        {
            case OrphanNext.Register:
                await registry.RegisterOrphanAsync(OrphanDecider.ItemOf(resource, owner, settings), request.Sweep, cancellationToken);
                break;
            case OrphanNext.Offboard or OrphanNext.Report:
                await registry.MarkOrphanAsync(owner.Cluster.Arn, owner.CreatedAt, request.Sweep, OrphanDecider.FindingOf(resource, next), cancellationToken);
                break;
            default:
                return false;
        }

        Found(resource.Arn, owner.Cluster.Arn, next);
        return true;
    }

    /// <summary>A cluster that cannot be described is not gone.</summary>
    private async Task<bool> IsGoneAsync(ResourceOwner owner, ExecutionReference execution, CancellationToken cancellationToken)
    {
        try
        {
            return (await clusters.FindAsync(owner.Cluster, execution, cancellationToken))?.CreatedAt != owner.CreatedAt;
        }
        catch (BlockedException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Resource} remains of {Cluster}: {Next}")]
    private partial void Found(string resource, string cluster, OrphanNext next);
}
