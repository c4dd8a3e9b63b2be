using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Failures;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="Decision">Absent when the sweep did not get so far.</param>
/// <param name="Failure">What kept the sweep from being complete.</param>
/// <param name="Silence">Absent when the workspaces could not be told of any cluster.</param>
public sealed record EndSweepRequest(
    ExecutionReference Execution, SweepReference Sweep, DecideSweepResult? Decision = null, CaughtFailure? Failure = null, ExpectSamplesResult? Silence = null);

/// <summary>The end of every sweep that began: summary, metrics, and the record that the state machine publishes. Gives the lease back.</summary>
/// <param name="output">Where metric lines go: standard output, which Lambda takes to CloudWatch.</param>
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
        // A sweep that looked at everything, and could not say what is expected, leaves silent clusters unnoticed.
        if ((request.Failure ?? request.Silence?.Failure) is { } caught)
        {
            var failure = FailureMessage.Parse(caught.Error, caught.Cause);
            return (SweepOutcome.Failed, failure.Cause, failure.Sentence, failure.Remedy);
        }

        return request.Decision switch
        {
            { Action: SweepAction.Brake } braked => (
                SweepOutcome.Braked, Causes.SweepBraked, braked.Sentence, "Read the findings in the registry; if they are right, execute by hand with {\"ignoreBrake\": true}."),
            { } decision => (SweepOutcome.Completed, null, decision.Sentence, null),
            null => (SweepOutcome.Failed, Causes.Unexpected, "The sweep ended without a decision.", "Report it as a bug, with the execution's history."),
        };
    }

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Outcome} {Cause}. {Sentence}")]
    private partial void Ended(string sweep, SweepOutcome outcome, string? cause, string sentence);
}
