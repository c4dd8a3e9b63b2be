using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Silence;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

/// <summary>All that offboarding got to know; what it did not reach is absent, even the cluster (bad input).</summary>
public sealed record RecordOffboardingRequest(ExecutionReference Execution)
{
    public ResolveOffboardingResult? Resolved { get; init; }

    public CutAccessResult? Cut { get; init; }

    public EnsureClusterAccessResult? Access { get; init; }

    /// <summary>Of the last collector.</summary>
    public WithdrawRemoteWriteResult? Withdrawal { get; init; }

    public RemoveRbacResult? Rbac { get; init; }

    public RemoveClusterAccessResult? Entry { get; init; }

    public RemoveTrustResult? Removal { get; init; }

    public CaughtFailure? Failure { get; init; }

    /// <summary>The elevation, if it could not be taken back. Never hides <see cref="Failure"/>.</summary>
    public CaughtFailure? Leftover { get; init; }
}

/// <summary>The end of every offboarding: registry, metrics, and the record that the state machine publishes.</summary>
/// <param name="output">Where metric lines go: standard output, which Lambda takes to CloudWatch.</param>
public sealed partial class RecordOffboardingStep(
    ClusterRegistry registry, ClusterExpectation expectation, HubSettings settings, TimeProvider time, TextWriter output, ILogger<RecordOffboardingStep> logger)
{
    /// <summary>Of a cluster that lives on without us; its issuer stays, as a provider of ours may.</summary>
    private static readonly string[] TakenBack = ["roleArn", "collectorRoleArn"];

    public async Task<OutcomeRecord> RunAsync(RecordOffboardingRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var record = RecordOf(request, OffboardingOutcome.Decide(request));
        if (request.Resolved is { } resolved && !await RegisterAsync(resolved, record, request.Execution, now, cancellationToken))
        {
            // Not a failure: a later execution knows better.
            Overtaken(record.ClusterArn, request.Execution.Id);
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
            // However this execution ended, the cluster stays closed until all is taken back.
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
            Outcome.OptedOut => registry.RecordAsync(item, execution, cancellationToken, TakenBack),
            _ => registry.RecordAsync(item, execution, cancellationToken),
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

    [LoggerMessage(LogLevel.Warning, "{Cluster}: a later execution has recorded already; the registry keeps its word over that of {Execution}")]
    private partial void Overtaken(string? cluster, string execution);
}
