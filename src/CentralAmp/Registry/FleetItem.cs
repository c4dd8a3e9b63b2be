using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Registry;

/// <summary>A registry item as the sweep reads it: the attributes of the workflows, and those of the sweep.</summary>
public sealed record FleetItem(RegistryItem Item)
{
    /// <summary>The last finding; null if no sweep has inspected the cluster.</summary>
    public Finding? Finding { get; init; }

    public string? Cause { get; init; }

    public DateTimeOffset? InspectedAt { get; init; }

    /// <summary>The sweep of the finding.</summary>
    public string? SweepId { get; init; }

    /// <summary>The last sweep that did not find the cluster; null while sweeps find it.</summary>
    public string? MissingSweep { get; init; }

    /// <summary>The last sweep that did not list the cluster's account; null while sweeps list it.</summary>
    public string? UnlistedSweep { get; init; }

    /// <summary>The workspace whose grant the sweep of the finding removes, whatever the cluster does.</summary>
    public string? GrantDue { get; init; }

    /// <summary>The last sweep that found managed objects without their cluster.</summary>
    public string? OrphanSweep { get; init; }

    /// <summary>A newer version of CentralAmp wrote the item: only its key is readable.</summary>
    public bool IsNewer { get; init; }

    /// <summary>The item of a cluster whose <c>createdAt</c> could not be read; it holds only the cause.</summary>
    public bool IsPlaceholder => Item.CreatedAt == 0;

    /// <summary>Samples of the cluster were once in a workspace. Tags in IAM cannot bring that about.</summary>
    public bool WasVerified => Item.State == Outcome.Verified || Item.VerifiedAt is not null;

    /// <summary>Only remaining objects are known of the cluster.</summary>
    public bool IsOrphan => Item is { State: Outcome.Failed, Cause: Causes.ResourceOrphaned };

    public bool IsOf(SweepReference sweep) => SweepId == sweep.Id;
}

/// <param name="Next">Null after the last page.</param>
public sealed record FleetPage(IReadOnlyList<FleetItem> Clusters, IReadOnlyList<UnreachedPlace> Places, string? Next)
{
    public IReadOnlyList<UnprovenResources> Unproven { get; init; } = [];
}

/// <summary>The roles and providers of one account that have CentralAmp's tags without being its own, as far as anything proves: one report, however many they are.</summary>
public sealed record UnprovenResources(string AccountId, string SweepId, int Count, string Sentence, string Remedy);

/// <summary>An account, or a region of it, that a sweep could not read.</summary>
/// <param name="Region"><c>*</c> for the whole account.</param>
public sealed record UnreachedPlace(string AccountId, string Region, string SweepId, string Cause, string Sentence, string Remedy);
