using CentralAmp.Registry;
using CentralAmp.Settings;

namespace CentralAmp.Sweep;

/// <summary>Decides whether a sweep starts executions for its findings. Pure.</summary>
public static class SweepDecider
{
    /// <summary>So many clusters may always be removed or re-routed at once, also in a small fleet.</summary>
    private const int AlwaysAllowed = 3;

    private const double Share = 0.05;

    public static int BrakeAt(int living) => Math.Max(AlwaysAllowed, (int)Math.Floor(living * Share));

    public static DecideSweepResult Decide(FleetCount count, SweepReference sweep, SweepSettings settings)
    {
        var (would, limit) = (count.Removals + count.Reroutes, BrakeAt(count.Living));
        var removals = $"{count.Removals} clusters to be offboarded, {count.Reroutes} to be re-routed, of {count.Living} registered";
        return (settings.Mode, would > limit && !sweep.IgnoreBrake) switch
        {
            (SweepMode.Observe, _) => new DecideSweepResult(SweepAction.Observe, 0, $"Mode Observe: {removals}; nothing is started."),
            (_, true) => new DecideSweepResult(SweepAction.Brake, 0, $"Braked, nothing is started: {removals}; more than {limit} at once needs the approval of an operator."),
            _ => new DecideSweepResult(SweepAction.Start, settings.MaxNew, $"{removals}."),
        };
    }
}
