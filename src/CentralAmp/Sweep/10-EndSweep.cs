using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Failures;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="Decision">Absent if the sweep failed before it decided.</param>
/// <param name="Failure">The failure that made the sweep incomplete.</param>
/// <param name="Silence">Absent if nothing could be recorded in any workspace.</param>
public sealed record EndSweepRequest(
    ExecutionReference Execution, SweepReference Sweep, DecideSweepResult? Decision = null, CaughtFailure? Failure = null, ExpectSamplesResult? Silence = null);

/// <summary>Ends every sweep that began: writes summary and metrics, releases the lease, and returns the record that the state machine publishes.</summary>
/// <param name="output">Receives the metric lines: standard output, which Lambda sends to CloudWatch.</param>
public sealed partial class EndSweepStep(IFleetRegistry registry, TimeProvider time, TextWriter output, ILogger<EndSweepStep> logger)
{
    public async Task<SweepRecord> RunAsync(EndSweepRequest request, CancellationToken cancellationToken)
    {
        var count = await FleetCount.OfAsync(registry, request.Sweep, cancellationToken);
        var record = RecordOf(request, count);
        await registry.EndAsync(request.Execution, record, cancellationToken);
        foreach (var line in SweepMetrics.Lines(record, count))
        {
            await output.WriteLineAsync(line);
        }

        Ended(record.SweepId, record.Outcome, record.Cause, record.Sentence);
        return record;
    }

    private SweepRecord RecordOf(EndSweepRequest request, FleetCount count)
    {
        var (outcome, cause, sentence, remedy) = OutcomeOf(request);
        return new SweepRecord
        {
            Outcome = outcome,
            Cause = cause,
            Sentence = sentence,
            Remedy = remedy,
            SweepId = request.Sweep.Id,
            StartedAt = request.Sweep.StartedAt,
            EndedAt = time.GetUtcNow(),
            States = count.States,
            Findings = count.Findings,
            UnreachedPlaces = count.UnreachedPlaces,
            Orphans = count.Orphans,
            ExecutionId = request.Execution.Id,
        };
    }

    private static (SweepOutcome Outcome, string? Cause, string Sentence, string? Remedy) OutcomeOf(EndSweepRequest request)
    {
        // A complete sweep that could not record the expected clusters fails, too: silent clusters would stay unnoticed.
        if ((request.Failure ?? request.Silence?.Failure) is { } caught)
        {
            var failure = FailureMessage.Parse(caught.Error, caught.Cause);
            return (SweepOutcome.Failed, failure.Cause, failure.Sentence, failure.Remedy);
        }

        return request.Decision switch
        {
            { Action: SweepAction.Brake } or { Braked.Length: > 0 } => (
                SweepOutcome.Braked, Causes.SweepBraked, request.Decision.Sentence, "Read the findings in the registry; if they are right, start a sweep by hand with {\"ignoreBrake\": true}."),
            { } decision => (SweepOutcome.Completed, null, decision.Sentence, null),
            null => (SweepOutcome.Failed, Causes.Unexpected, "The sweep ended without a decision.", "Report it as a bug, with the execution's history."),
        };
    }

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Outcome} {Cause}. {Sentence}")]
    private partial void Ended(string sweep, SweepOutcome outcome, string? cause, string sentence);
}
