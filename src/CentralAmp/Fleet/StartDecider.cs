using CentralAmp.Registry;

namespace CentralAmp.Fleet;

/// <summary>Which execution a finding asks for. Pure.</summary>
public static class StartDecider
{
    public static SweepStart? Decide(FleetItem item, SweepReference sweep) => item switch
    {
        _ when !item.IsOf(sweep) || item.IsPlaceholder || item.IsNewer => null,
        // An execution has ended since the look: what was found then may be done already.
        { Item.UpdatedAt: { } recorded } when recorded > item.InspectedAt => null,
        { Finding: Finding.New or Finding.Differs or Finding.Reroute } => Start(item, sweep, SweepRoad.Onboard, ""),
        { Finding: Finding.Gone } => Start(item, sweep, SweepRoad.Offboard, nameof(OffboardingReason.Swept)),
        // A person's offboarding is resumed for the reason that it began with.
        { Finding: Finding.OptedOut, Item.IsClosed: true } => Start(item, sweep, SweepRoad.Offboard, nameof(OffboardingReason.Manual)),
        { Finding: Finding.OptedOut } => Start(item, sweep, SweepRoad.Offboard, nameof(OffboardingReason.OptedOut)),
        _ => null,
    };

    private static SweepStart Start(FleetItem item, SweepReference sweep, SweepRoad road, string reason) => new(
        road, sweep.ExecutionNameFor(item.Item.ClusterArn, item.Item.CreatedAt), item.Item.ClusterArn, item.Item.CreatedAt, reason);
}
