using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="Input">From the schedule, or from an operator: <c>{"ignoreBrake": true}</c>.</param>
public sealed record BeginSweepRequest(ExecutionReference Execution, JsonElement Input);

/// <summary>The next step of the sweep.</summary>
public enum SweepNext
{
    Sweep,

    /// <summary>Sweeps are paused, or another sweep is running.</summary>
    Stop,

    /// <summary>The sweep would do harm: an operator must act first.</summary>
    Refuse,
}

/// <param name="Execution">The execution of the sweep; steps in the child executions of a Map state use it, too.</param>
/// <param name="Regions">The regions to list in every account.</param>
/// <param name="Cause">Null unless the sweep is refused or another one is running.</param>
public sealed record BeginSweepResult(SweepNext Next, ExecutionReference Execution, SweepReference Sweep, string[] Regions, string? Cause = null, string Sentence = "");

/// <summary>Starts at most one sweep at a time, and none that would do harm.</summary>
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
            // Every cluster would seem to be routed to another workspace.
            return new BeginSweepResult(SweepNext.Refuse, request.Execution, none, [], Causes.RoutesInvalid, $"The sweep does not run with invalid routes: {string.Join("; ", settings.Routes.Errors)}.");
        }

        if (settings.Sweep.Paused)
        {
            return new BeginSweepResult(SweepNext.Stop, request.Execution, none, [], Sentence: "Sweeps are paused by the parameter SweepPaused.");
        }

        return await registry.TryBeginAsync(request.Execution, IgnoresBrake(request.Input), cancellationToken) is { } sweep
            ? new BeginSweepResult(SweepNext.Sweep, request.Execution, sweep, Regions(), Sentence: $"The sweep covers {string.Join(", ", Regions())}.")
            : new BeginSweepResult(SweepNext.Stop, request.Execution, none, [], Causes.SweepRunning, "Another sweep is running; this one does nothing.");
    }

    private string[] Regions() => settings.Sweep.Regions is { Count: > 0 } regions ? [.. regions] : [settings.HubRegion];

    /// <summary>A schedule may send any input. Only this field permits more changes, so only this field is read.</summary>
    private static bool IgnoresBrake(JsonElement input) =>
        input.ValueKind == JsonValueKind.Object && input.TryGetProperty("ignoreBrake", out var ignore) && ignore.ValueKind == JsonValueKind.True;

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Next} {Cause}. {Sentence}")]
    private partial void Began(string sweep, SweepNext next, string? cause, string sentence);
}
