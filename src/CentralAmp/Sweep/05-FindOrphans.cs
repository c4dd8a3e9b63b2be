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

/// <summary>
/// Finds roles and providers with CentralAmp's tags whose cluster is gone or not registered. Those of the hub, where only CentralAmp's functions
/// write such tags, are registered for later sweeps; those of a member account prove little, so they become one report. Deletes nothing.
/// </summary>
public sealed partial class FindOrphansStep(
    IManagedResources resources, IFleetRegistry registry, IClusterReader clusters, HubSettings settings, ILogger<FindOrphansStep> logger)
{
    public async Task<FindOrphansResult> RunAsync(FindOrphansRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var ledger = OrphanLedger.Parse(request.Next);
            var (page, next) = await resources.PageAsync(request.AccountId, ledger.Next, request.Execution, cancellationToken);
            var orphans = 0;
            foreach (var resource in page)
            {
                (ledger, var found) = await InspectAsync(resource, ledger, request, cancellationToken);
                orphans += found ? 1 : 0;
            }

            return next is null
                ? new FindOrphansResult(orphans + await EndAsync(ledger, request, cancellationToken), null)
                : new FindOrphansResult(orphans, (ledger with { Next = next }).ToToken());
        }
        catch (BlockedException e) when (request.AccountId is { } account)
        {
            // Without the member role, the listing of clusters has reported the account already; this writes the same record.
            await registry.ReportAsync(new UnreachedPlace(account, "*", request.Sweep.Id, e.Cause, e.Sentence, e.Remedy), cancellationToken);
            return new FindOrphansResult(0, null);
        }
    }

    private bool IsHub(FindOrphansRequest request) => request.AccountId is null || request.AccountId == settings.HubAccountId;

    private async Task<(OrphanLedger Ledger, bool Found)> InspectAsync(
        TaggedResource resource, OrphanLedger ledger, FindOrphansRequest request, CancellationToken cancellationToken)
    {
        if (OrphanProof.IsUntagged(resource))
        {
            return (ledger, false);
        }

        var isHub = IsHub(request);
        var (owner, doubt) = OrphanProof.Of(resource, isHub ? null : request.AccountId);
        if (owner is null)
        {
            return (ledger.WithUnproven(doubt!), false);
        }

        var known = await registry.FindAsync(owner.Cluster.Arn, owner.CreatedAt, cancellationToken);
        var next = OrphanDecider.Decide(known, isHub);
        if (next == OrphanNext.DescribeCluster && ledger.TooMany)
        {
            return (ledger.WithUnproven($"{resource.Arn} remains"), false);
        }

        if (next == OrphanNext.DescribeCluster)
        {
            next = OrphanDecider.Decide(resource, owner, await IsGoneAsync(owner, request.Execution, cancellationToken));
        }

        if (next is not OrphanNext.None)
        {
            Found(resource.Arn, owner.Cluster.Arn, next);
        }

        return next switch
        {
            OrphanNext.None => (ledger, false),
            OrphanNext.Distrust => (ledger.WithUnproven($"{resource.Arn} names {owner.Cluster}, which neither the registry nor a role of the hub knows"), false),
            OrphanNext.Offboard when !isHub => (ledger.With(new Remainder(resource.Arn, owner.Cluster.Arn, owner.CreatedAt)), false),
            _ => (ledger, await RecordAsync(resource, owner, next, request.Sweep, cancellationToken)),
        };
    }

    private async Task<bool> RecordAsync(TaggedResource resource, ResourceOwner owner, OrphanNext next, SweepReference sweep, CancellationToken cancellationToken)
    {
        await (next == OrphanNext.Register
            ? registry.RegisterOrphanAsync(OrphanDecider.ItemOf(resource, owner, settings), sweep, cancellationToken)
            : registry.MarkOrphanAsync(owner.Cluster.Arn, owner.CreatedAt, sweep, OrphanDecider.FindingOf(resource.Arn, next), cancellationToken));
        return true;
    }

    /// <summary>After the last page: the few offboardings that the account's tags may start, and its one report.</summary>
    private async Task<int> EndAsync(OrphanLedger ledger, FindOrphansRequest request, CancellationToken cancellationToken)
    {
        foreach (var (resource, cluster, createdAt) in ledger.Remainders)
        {
            await registry.MarkOrphanAsync(cluster, createdAt, request.Sweep, OrphanDecider.FindingOf(resource, OrphanNext.Offboard), cancellationToken);
        }

        if (ledger.Unproven > 0)
        {
            var unproven = OrphanProof.Report(request.AccountId ?? settings.HubAccountId, request.Sweep, ledger);
            await registry.ReportAsync(unproven, cancellationToken);
            Unproven(unproven.AccountId, unproven.Sentence);
        }

        return ledger.Remainders.Count;
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

    [LoggerMessage(LogLevel.Warning, "Account {Account}: {Sentence}")]
    private partial void Unproven(string account, string sentence);
}
