using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

public sealed record DecideSweepRequest(ExecutionReference Execution, SweepReference Sweep);

/// <summary>Whether the sweep starts executions for its findings.</summary>
public enum SweepAction
{
    Start,

    /// <summary>Mode Observe: findings are only reported.</summary>
    Observe,

    /// <summary>Too many clusters would be removed or re-routed: findings are only reported, with an alarm.</summary>
    Brake,
}

/// <param name="NewLeft">How many new clusters this sweep may still onboard.</param>
public sealed record DecideSweepResult(SweepAction Action, int NewLeft, string Sentence);

/// <summary>Counts the findings and decides whether executions start.</summary>
public sealed partial class DecideSweepStep(IFleetRegistry registry, HubSettings settings, ILogger<DecideSweepStep> logger)
{
    public async Task<DecideSweepResult> RunAsync(DecideSweepRequest request, CancellationToken cancellationToken)
    {
        // Without the lease, another sweep decides; the findings of this one may be outdated.
        await registry.RequireLeaseAsync(request.Execution, cancellationToken);
        var decision = SweepDecider.Decide(await FleetCount.OfAsync(registry, request.Sweep, cancellationToken), request.Sweep, settings.Sweep);
        Decided(request.Sweep.Id, decision.Action, decision.Sentence);
        return decision;
    }

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Action}. {Sentence}")]
    private partial void Decided(string sweep, SweepAction action, string sentence);
}

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
