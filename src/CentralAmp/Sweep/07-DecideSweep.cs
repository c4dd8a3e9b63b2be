using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

public sealed record DecideSweepRequest(ExecutionReference Execution, SweepReference Sweep);

/// <summary>Whether the findings are acted upon.</summary>
public enum SweepAction
{
    Start,

    /// <summary>Mode Observe: reported only.</summary>
    Observe,

    /// <summary>Too much would be removed or re-routed: reported only, with alarm.</summary>
    Brake,
}

/// <param name="NewLeft">Clusters that may still be onboarded in this sweep.</param>
public sealed record DecideSweepResult(SweepAction Action, int NewLeft, string Sentence);

/// <summary>Counts the findings, and decides whether they are acted upon.</summary>
public sealed partial class DecideSweepStep(IFleetRegistry registry, HubSettings settings, ILogger<DecideSweepStep> logger)
{
    public async Task<DecideSweepResult> RunAsync(DecideSweepRequest request, CancellationToken cancellationToken)
    {
        // Without the lease another sweep decides, and this one's findings are not fresh.
        await registry.RequireLeaseAsync(request.Execution, cancellationToken);
        var decision = SweepDecider.Decide(await FleetCount.OfAsync(registry, request.Sweep, cancellationToken), request.Sweep, settings.Sweep);
        Decided(request.Sweep.Id, decision.Action, decision.Sentence);
        return decision;
    }

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Action}. {Sentence}")]
    private partial void Decided(string sweep, SweepAction action, string sentence);
}
