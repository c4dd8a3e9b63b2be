using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Fleet;

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
