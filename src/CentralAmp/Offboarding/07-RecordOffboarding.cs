using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Silence;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

/// <summary>The results of all states of the execution. Those of states that did not run are absent; with invalid input even the cluster is.</summary>
public sealed record RecordOffboardingRequest(ExecutionReference Execution)
{
    public ResolveOffboardingResult? Resolved { get; init; }

    public CutAccessResult? Cut { get; init; }

    public EnsureClusterAccessResult? Access { get; init; }

    /// <summary>The withdrawal of the last collector.</summary>
    public WithdrawRemoteWriteResult? Withdrawal { get; init; }

    public RemoveRbacResult? Rbac { get; init; }

    public RemoveClusterAccessResult? Entry { get; init; }

    public RemoveTrustResult? Removal { get; init; }

    public CaughtFailure? Failure { get; init; }

    /// <summary>The elevation could not be ended. Never hides <see cref="Failure"/>.</summary>
    public CaughtFailure? Leftover { get; init; }
}

/// <summary>Ends every offboarding: writes the registry item and the metrics, and returns the record that the state machine publishes.</summary>
/// <param name="output">Receives the metric lines: standard output, which Lambda sends to CloudWatch.</param>
public sealed partial class RecordOffboardingStep(
    ClusterRegistry registry, ClusterExpectation expectation, HubSettings settings, TimeProvider time, TextWriter output, ILogger<RecordOffboardingStep> logger)
{
    /// <summary>Attributes to clear if a living cluster opted out. Its issuer stays, because a managed provider may remain.</summary>
    private static readonly string[] ClearedAttributes =
        ["roleArn", "collectorRoleArn", .. ClusterRegistry.FactAttributes, .. ClusterRegistry.ClaimAttributes, .. ClusterRegistry.LateAttributes];

    public async Task<OutcomeRecord> RunAsync(RecordOffboardingRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var record = RecordOf(request, OffboardingOutcome.Decide(request));
        if (request.Resolved is { } resolved && record.Outcome != Outcome.Superseded && !await RegisterAsync(resolved, record, request.Execution, now, cancellationToken))
        {
            // Not a failure: another execution has taken over, and records.
            Superseded(record.ClusterArn, request.Execution.Id);
            record = record.Overtaken(resolved.Cluster);
        }

        if (record.Changed && request.Resolved is { Cluster: var cluster })
        {
            await expectation.WriteAsync(cluster, formerWorkspaceArn: null, cancellationToken);
        }

        await output.WriteLineAsync(OutcomeMetrics.Line(record, request.Execution.StartedAt, now));
        Recorded(record.ClusterArn, record.Outcome, record.Cause, record.Sentence);
        return record;
    }

    private Task<bool> RegisterAsync(
        ResolveOffboardingResult resolved, OutcomeRecord record, ExecutionReference execution, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var item = new RegistryItem
        {
            ClusterArn = resolved.Cluster.Arn,
            CreatedAt = resolved.Described.CreatedAt,
            // Also after a failure the cluster stays closed until everything is removed.
            State = record.Outcome is Outcome.Offboarded or Outcome.OptedOut ? record.Outcome : Outcome.Offboarding,
            Reason = record.Outcome == Outcome.OptedOut ? null : resolved.Reason,
            Cause = record.Cause,
            Sentence = record.Sentence,
            Remedy = record.Remedy,
            ChangedAt = record.Changed ? now : null,
        };
        return record.Outcome switch
        {
            Outcome.Offboarded => registry.CloseAsync(item, execution, cancellationToken),
            Outcome.OptedOut => registry.RecordAsync(item, execution, cancellationToken, ClearedAttributes),
            _ => registry.RecordAsync(item, execution, cancellationToken, ClusterRegistry.ClaimAttributes),
        };
    }

    private OutcomeRecord RecordOf(RecordOffboardingRequest request, OutcomeDecision decision)
    {
        var (resolved, cluster) = (request.Resolved, request.Resolved?.Cluster);
        return new OutcomeRecord
        {
            Outcome = decision.Outcome,
            Cause = decision.Cause,
            Sentence = decision.Sentence,
            Remedy = decision.Remedy,
            Changed = HasChanged(request),
            ClusterArn = cluster?.Arn,
            ClusterName = cluster?.Name,
            AccountId = cluster?.AccountId,
            Region = cluster?.Region,
            CreatedAt = resolved?.Described.CreatedAt,
            WorkspaceArn = resolved?.Registered.WorkspaceArn,
            TrustMode = resolved?.Registered.TrustMode,
            RoleArn = resolved is null ? null : IngestRole.Arn(resolved.Cluster, IssuedNames.Role(resolved), settings),
            ExecutionId = request.Execution.Id,
        };
    }

    private static bool HasChanged(RecordOffboardingRequest request) =>
        ((Change?[])[request.Cut?.Change, request.Access?.Change, request.Withdrawal?.Change, request.Rbac?.Change, request.Entry?.Change, request.Removal?.Change])
            .Any(change => change is Change.Created or Change.Updated);

    [LoggerMessage(LogLevel.Information, "{Cluster}: {Outcome} {Cause}. {Sentence}")]
    private partial void Recorded(string? cluster, Outcome outcome, string? cause, string sentence);

    [LoggerMessage(LogLevel.Warning, "{Cluster}: the registry keeps the record of another execution and ignores that of {Execution}")]
    private partial void Superseded(string? cluster, string execution);
}
