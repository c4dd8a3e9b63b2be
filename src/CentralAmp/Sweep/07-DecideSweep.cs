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
