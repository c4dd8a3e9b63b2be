namespace CentralAmp.Registry;

/// <summary>A registry item as the sweep reads it: the road's part, and the sweep's own.</summary>
public sealed record FleetItem(RegistryItem Item)
{
    /// <summary>Null if no sweep has inspected the cluster.</summary>
    public Finding? Finding { get; init; }

    public string? Cause { get; init; }

    public DateTimeOffset? InspectedAt { get; init; }

    /// <summary>The sweep of the finding.</summary>
    public string? SweepId { get; init; }

    /// <summary>The sweep that missed the cluster first; null while it is seen.</summary>
    public string? MissingSweep { get; init; }

    /// <summary>The sweep that last saw something of ours without its cluster.</summary>
    public string? OrphanSweep { get; init; }

    /// <summary>Written by a newer CentralAmp: only its key is known.</summary>
    public bool IsNewer { get; init; }

    /// <summary>Of a cluster whose <c>createdAt</c> nobody could read; it only says why.</summary>
    public bool IsPlaceholder => Item.CreatedAt == 0;

    public bool IsOf(SweepReference sweep) => SweepId == sweep.Id;
}

/// <param name="Next">Null after the last page.</param>
public sealed record FleetPage(IReadOnlyList<FleetItem> Clusters, IReadOnlyList<UnreachedPlace> Places, string? Next);

/// <summary>An account, or a region of it, that a sweep could not look at.</summary>
/// <param name="Region"><c>*</c> for the whole account.</param>
public sealed record UnreachedPlace(string AccountId, string Region, string SweepId, string Cause, string Sentence, string Remedy);
