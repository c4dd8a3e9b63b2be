using System.Collections.Concurrent;
using CentralAmp.Clusters;
using CentralAmp.Registry;

namespace CentralAmp.Tests.Support;

/// <summary>The sweep's registry in memory, page by page.</summary>
public sealed class FakeFleetRegistry(TimeProvider time) : IFleetRegistry
{
    private readonly ConcurrentDictionary<(string Arn, long CreatedAt), FleetItem> items = new();
    private readonly ConcurrentDictionary<(string SweepId, int Page), string[]> accounts = new();
    private string? holder;
    private string last = "";

    public int PageSize { get; set; } = 200;

    public ConcurrentDictionary<string, UnreachedPlace> Places { get; } = new();

    public List<SweepRecord> Records { get; } = [];

    public ConcurrentDictionary<string, UnprovenResources> Unproven { get; } = new();

    /// <summary>The written findings, as "name finding".</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    public IEnumerable<FleetItem> Items => items.Values;

    public FleetItem? this[string arn, long createdAt] => items.GetValueOrDefault((arn, createdAt));

    public void Clear() => items.Clear();

    public void Put(FleetItem item) => items[(item.Item.ClusterArn, item.Item.CreatedAt)] = item;

    public Task<SweepReference?> TryBeginAsync(ExecutionReference execution, bool ignoreBrake, CancellationToken cancellationToken)
    {
        if (holder is not null && holder != execution.Id)
        {
            return Task.FromResult<SweepReference?>(null);
        }

        var sweep = new SweepReference(SweepReference.IdOf(execution), execution.StartedAt, last, ignoreBrake);
        (holder, last) = (execution.Id, sweep.Id);
        return Task.FromResult<SweepReference?>(sweep);
    }

    public Task<bool> HoldAsync(ExecutionReference execution, CancellationToken cancellationToken) => Task.FromResult(holder == execution.Id);

    public Task EndAsync(ExecutionReference execution, SweepRecord record, CancellationToken cancellationToken)
    {
        Records.Add(record);
        holder = holder == execution.Id ? null : holder;
        return Task.CompletedTask;
    }

    public Task RecordAccountsAsync(SweepReference sweep, int page, IReadOnlyList<string> accounts, CancellationToken cancellationToken)
    {
        this.accounts[(sweep.Id, page)] = [.. accounts];
        return Task.CompletedTask;
    }

    public Task<IReadOnlySet<string>> ListedAccountsAsync(SweepReference sweep, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<string>>(accounts.Where(page => page.Key.SweepId == sweep.Id).SelectMany(page => page.Value).ToHashSet());

    public Task ReportAsync(UnreachedPlace place, CancellationToken cancellationToken)
    {
        Places[$"{place.AccountId}/{place.Region}"] = place;
        return Task.CompletedTask;
    }

    public Task ReportAsync(UnprovenResources unproven, CancellationToken cancellationToken)
    {
        Unproven[unproven.AccountId] = unproven;
        return Task.CompletedTask;
    }

    public Task<FleetItem?> FindAsync(string clusterArn, long createdAt, CancellationToken cancellationToken) => Task.FromResult(this[clusterArn, createdAt]);

    public Task<IReadOnlyList<FleetItem>> OfClusterAsync(string clusterArn, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<FleetItem>>([.. items.Values.Where(item => item.Item.ClusterArn == clusterArn).OrderBy(item => item.Item.CreatedAt)]);

    public Task WriteFindingAsync(string clusterArn, long createdAt, SweepReference sweep, Inspection inspection, CancellationToken cancellationToken)
    {
        Writes.Enqueue($"{clusterArn[(clusterArn.LastIndexOf('/') + 1)..]} {inspection.Finding}");
        var known = Known(clusterArn, createdAt);
        Put(known with
        {
            Item = WithGrant(inspection.Facts is { } facts ? known.Item.After(facts) : known.Item, inspection.Grant),
            Finding = inspection.Finding,
            Cause = inspection.Cause,
            MissingSweep = inspection.MissingSince,
            UnlistedSweep = inspection.UnlistedSweep,
            GrantDue = inspection.Grant is { IsDue: true } due ? due.WorkspaceArn : null,
            SweepId = sweep.Id,
            InspectedAt = time.GetUtcNow(),
        });
        return Task.CompletedTask;
    }

    public Task RegisterOrphanAsync(RegistryItem item, SweepReference sweep, CancellationToken cancellationToken)
    {
        var known = this[item.ClusterArn, item.CreatedAt];
        Assert.True(known is null or { Item.State: Outcome.Failed }, "An orphan overwrites a registered cluster.");
        Put((known ?? new FleetItem(item)) with { Item = item, OrphanSweep = sweep.Id });
        return Task.CompletedTask;
    }

    public async Task MarkOrphanAsync(string clusterArn, long createdAt, SweepReference sweep, Inspection inspection, CancellationToken cancellationToken)
    {
        await WriteFindingAsync(clusterArn, createdAt, sweep, inspection, cancellationToken);
        Put(Known(clusterArn, createdAt) with { OrphanSweep = sweep.Id });
    }

    public Task<FleetPage> ScanAsync(string? next, CancellationToken cancellationToken)
    {
        var rest = items.Values.OrderBy(item => item.Item.ClusterArn, StringComparer.Ordinal).ThenBy(item => item.Item.CreatedAt)
            .SkipWhile(item => next is not null && string.CompareOrdinal(KeyOf(item), next) <= 0).Take(PageSize + 1).ToList();
        var page = rest.Take(PageSize).ToList();
        return Task.FromResult(new FleetPage(page, next is null ? [.. Places.Values] : [], rest.Count > PageSize ? KeyOf(page[^1]) : null)
        {
            Unproven = next is null ? [.. Unproven.Values] : [],
        });
    }

    private static RegistryItem WithGrant(RegistryItem item, InspectedGrant? grant) =>
        grant is null ? item : item with { FormerWorkspaceArn = grant.WorkspaceArn, RouteLeftAt = grant.RouteLeftAt };

    private static string KeyOf(FleetItem item) => $"{item.Item.ClusterArn} {item.Item.CreatedAt:D16}";

    private FleetItem Known(string arn, long createdAt) => this[arn, createdAt] ?? new FleetItem(new RegistryItem { ClusterArn = arn, CreatedAt = createdAt });
}
