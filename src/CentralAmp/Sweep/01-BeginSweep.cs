using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="Input">Of the schedule, or of a person: <c>{"ignoreBrake": true}</c>.</param>
public sealed record BeginSweepRequest(ExecutionReference Execution, JsonElement Input);

/// <summary>Where the sweep goes after its beginning.</summary>
public enum SweepNext
{
    Sweep,

    /// <summary>Paused, or another one is at work.</summary>
    Stop,

    /// <summary>It would do harm: a person must act first.</summary>
    Refuse,
}

/// <param name="Execution">As it came: steps in the executions of a Map work for it, too.</param>
/// <param name="Regions">To look at, in every account.</param>
/// <param name="Cause">Null unless refused or running elsewhere.</param>
public sealed record BeginSweepResult(SweepNext Next, ExecutionReference Execution, SweepReference Sweep, string[] Regions, string? Cause = null, string Sentence = "");

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
