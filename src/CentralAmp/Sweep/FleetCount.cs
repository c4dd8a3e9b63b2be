using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;

namespace CentralAmp.Sweep;

/// <summary>What counts for the brake: the clusters of one account whose samples were once verified. Nobody can add to it by writing tags.</summary>
/// <param name="Living">Clusters that are not opted out, offboarded or being offboarded.</param>
/// <param name="Removals">Clusters that this sweep would offboard or cut. Clusters that are offboarded or being offboarded were decided before.</param>
/// <param name="Reroutes">Clusters that this sweep would move to another workspace, or whose grant for a former workspace it would remove.</param>
public sealed record AccountCount(int Living = 0, int Removals = 0, int Reroutes = 0)
{
    public int Changes => Removals + Reroutes;
}

/// <summary>Counts the fleet page by page, so that memory does not grow with the fleet.</summary>
public sealed class FleetCount(SweepReference sweep)
{
    private readonly SortedDictionary<string, int> states = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> findings = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AccountCount> accounts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> States => states;

    /// <summary>Findings of this sweep only.</summary>
    public IReadOnlyDictionary<string, int> Findings => findings;

    /// <summary>All accounts with a registered cluster. Their number limits the memory, not the number of clusters.</summary>
    public IReadOnlyDictionary<string, AccountCount> Accounts => accounts;

    public int Living => accounts.Values.Sum(account => account.Living);

    public int Removals => accounts.Values.Sum(account => account.Removals);

    public int Reroutes => accounts.Values.Sum(account => account.Reroutes);

    public int Unhealthy { get; private set; }

    public int Unreached { get; private set; }

    public int UnreachedPlaces { get; private set; }

    /// <summary>Clusters whose access is cut because their account is not listed.</summary>
    public int Cut { get; private set; }

    public int Orphans { get; private set; }

    public static async Task<FleetCount> OfAsync(IFleetRegistry registry, SweepReference sweep, CancellationToken cancellationToken)
    {
        var count = new FleetCount(sweep);
        string? next = null;
        do
        {
            var page = await registry.ScanAsync(next, cancellationToken);
            count.Add(page);
            next = page.Next;
        }
        while (next is not null);
        return count;
    }

    public void Add(FleetPage page)
    {
        UnreachedPlaces += page.Places.Count(place => place.SweepId == sweep.Id);
        Orphans += page.Unproven.Count(report => report.SweepId == sweep.Id);
        foreach (var item in page.Clusters)
        {
            Add(item);
        }
    }

    private void Add(FleetItem item)
    {
        if (item.Item.State is { } state)
        {
            Increment(states, state.ToString());
            Unhealthy += state is Outcome.Unhealthy or Outcome.RolledBack or Outcome.Blocked or Outcome.Failed && !item.IsOrphan ? 1 : 0;
        }

        Cut += item.Item is { CutSince: not null, State: Outcome.Blocked } ? 1 : 0;
        AddToAccount(item);
        Orphans += item.OrphanSweep == sweep.Id ? 1 : 0;
        if (!item.IsOf(sweep) || item.Finding is not { } finding)
        {
            return;
        }

        Increment(findings, finding.ToString());
        Unreached += finding is Finding.Unreachable or Finding.Unlisted ? 1 : 0;
        // Recorded as gone, but it exists: no state of the registry item shows that.
        Unhealthy += item is { Finding: Finding.Unchanged, Cause: Causes.ClusterOffboarded } ? 1 : 0;
    }

    private void AddToAccount(FleetItem item)
    {
        var id = ClusterArn.Parse(item.Item.ClusterArn).AccountId;
        var account = accounts.GetValueOrDefault(id, new AccountCount());
        var isDecided = item.Item.State is Outcome.OptedOut or Outcome.Offboarding or Outcome.Offboarded;
        var finding = item.IsOf(sweep) ? item.Finding : null;
        accounts[id] = !item.WasVerified ? account : new AccountCount(
            account.Living + (isDecided ? 0 : 1),
            account.Removals + (IsRemoval(finding, item) && !isDecided ? 1 : 0),
            account.Reroutes + (finding == Finding.Reroute || (finding is not null && item.GrantDue is not null) ? 1 : 0));
    }

    /// <summary>A cluster that an earlier sweep has cut was decided then.</summary>
    private static bool IsRemoval(Finding? finding, FleetItem item) =>
        finding is Finding.Gone or Finding.OptedOut || (finding == Finding.Unlisted && item.Item.CutSince is null);

    private static void Increment(SortedDictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
}
