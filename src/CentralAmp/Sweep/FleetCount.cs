using CentralAmp.Failures;
using CentralAmp.Registry;

namespace CentralAmp.Sweep;

/// <summary>Counts the fleet page by page, so that memory does not grow with the fleet.</summary>
public sealed class FleetCount(SweepReference sweep)
{
    private readonly SortedDictionary<string, int> states = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> findings = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> States => states;

    /// <summary>Findings of this sweep only.</summary>
    public IReadOnlyDictionary<string, int> Findings => findings;

    /// <summary>Registered clusters that are not opted out, offboarded or being offboarded.</summary>
    public int Living { get; private set; }

    /// <summary>Clusters that this sweep would offboard. Clusters that are offboarded or being offboarded were decided before.</summary>
    public int Removals { get; private set; }

    public int Reroutes { get; private set; }

    public int Unhealthy { get; private set; }

    public int Unreached { get; private set; }

    public int UnreachedPlaces { get; private set; }

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
            Living += state is Outcome.OptedOut or Outcome.Offboarding or Outcome.Offboarded ? 0 : 1;
            Unhealthy += state is Outcome.Unhealthy or Outcome.RolledBack or Outcome.Blocked or Outcome.Failed ? 1 : 0;
        }

        Orphans += item.OrphanSweep == sweep.Id ? 1 : 0;
        if (!item.IsOf(sweep) || item.Finding is not { } finding)
        {
            return;
        }

        Increment(findings, finding.ToString());
        Unreached += finding == Finding.Unreachable ? 1 : 0;
        // Recorded as gone, but it exists: no state of the registry item shows that.
        Unhealthy += item is { Finding: Finding.Unchanged, Cause: Causes.ClusterOffboarded } ? 1 : 0;
        Reroutes += finding == Finding.Reroute ? 1 : 0;
        Removals += finding is Finding.Gone or Finding.OptedOut && item.Item.State is not (Outcome.Offboarding or Outcome.OptedOut or Outcome.Offboarded) ? 1 : 0;
    }

    private static void Increment(SortedDictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
}
