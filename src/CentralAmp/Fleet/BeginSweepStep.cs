using System.Text.Json;
using CentralAmp.Failures;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Fleet;

/// <summary>Lets one sweep at a time begin, and none that would do harm.</summary>
public sealed partial class BeginSweepStep(IFleetRegistry registry, HubSettings settings, ILogger<BeginSweepStep> logger)
{
    public async Task<BeginSweepResult> RunAsync(BeginSweepRequest request, CancellationToken cancellationToken)
    {
        var result = await BeginAsync(request, cancellationToken);
        Began(result.Sweep.Id, result.Next, result.Cause, result.Sentence);
        return result;
    }

    private async Task<BeginSweepResult> BeginAsync(BeginSweepRequest request, CancellationToken cancellationToken)
    {
        var none = new SweepReference(SweepReference.IdOf(request.Execution), request.Execution.StartedAt);
        if (settings.Routes.Errors.Count > 0)
        {
            // Every cluster would look as if it were routed elsewhere.
            return new BeginSweepResult(SweepNext.Refuse, request.Execution, none, [], Causes.RoutesInvalid, $"No sweep with wrong routes: {string.Join("; ", settings.Routes.Errors)}.");
        }

        if (settings.Sweep.Paused)
        {
            return new BeginSweepResult(SweepNext.Stop, request.Execution, none, [], Sentence: "Sweeps are paused by the parameter SweepPaused.");
        }

        return await registry.TryBeginAsync(request.Execution, IgnoresBrake(request.Input), cancellationToken) is { } sweep
            ? new BeginSweepResult(SweepNext.Sweep, request.Execution, sweep, Regions(), Sentence: $"Looking at {string.Join(", ", Regions())}.")
            : new BeginSweepResult(SweepNext.Stop, request.Execution, none, [], Causes.SweepRunning, "Another sweep is at work; this one does nothing.");
    }

    private string[] Regions() => settings.Sweep.Regions is { Count: > 0 } regions ? [.. regions] : [settings.HubRegion];

    /// <summary>A schedule sends what it likes; only the one word lets more happen, so only it is read.</summary>
    private static bool IgnoresBrake(JsonElement input) =>
        input.ValueKind == JsonValueKind.Object && input.TryGetProperty("ignoreBrake", out var ignore) && ignore.ValueKind == JsonValueKind.True;

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Next} {Cause}. {Sentence}")]
    private partial void Began(string sweep, SweepNext next, string? cause, string sentence);
}
