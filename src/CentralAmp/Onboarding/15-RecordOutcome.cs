using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Silence;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <summary>All that the road got to know; what it did not reach is absent, even the cluster (bad input).</summary>
public sealed record RecordOutcomeRequest(ExecutionReference Execution)
{
    public ClusterReference? Cluster { get; init; }

    public ClusterDescription? Described { get; init; }

    /// <summary>Of a cluster that knew only its ConfigMap.</summary>
    public SwitchAuthenticationModeResult? Switching { get; init; }

    public EnsureClusterAccessResult? Access { get; init; }

    public OnboardingPlan? Plan { get; init; }

    public EnsureTrustResult? Trust { get; init; }

    public DeliverRemoteWriteResult? Delivery { get; init; }

    public WithdrawRemoteWriteResult? Withdrawal { get; init; }

    public VerifyIngestResult? Verification { get; init; }

    /// <summary>Of a cluster that moved to another workspace.</summary>
    public RemoveOldGrantResult? OldGrant { get; init; }

    public CaughtFailure? Failure { get; init; }

    /// <summary>What could not be taken back afterwards: the elevation or the withdrawal. Never hides <see cref="Failure"/>.</summary>
    public CaughtFailure? Leftover { get; init; }
}

/// <summary>The end of every execution: registry, metrics, and the record that the state machine publishes.</summary>
/// <param name="output">Where metric lines go: standard output, which Lambda takes to CloudWatch.</param>
public sealed partial class RecordOutcomeStep(
    ClusterRegistry registry, ClusterExpectation expectation, TimeProvider time, TextWriter output, ILogger<RecordOutcomeStep> logger)
{
    public async Task<OutcomeRecord> RunAsync(RecordOutcomeRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var record = RecordOf(request, OutcomeDecider.Decide(request));
        if (await RegisterAsync(request, record, now, cancellationToken) == false)
        {
            // Not a failure: a later execution knows better.
            Overtaken(record.ClusterArn, request.Execution.Id);
        }

        // Where nothing changed, an earlier execution told it; a second run makes no write.
        if (record.Changed && request.Cluster is { } cluster)
        {
            await expectation.WriteAsync(cluster, request.OldGrant is null ? null : request.Trust?.PreviousWorkspaceArn, cancellationToken);
        }

        await output.WriteLineAsync(OutcomeMetrics.Line(record, request.Execution.StartedAt, now));
        Recorded(record.ClusterArn, record.Outcome, record.Cause, record.Sentence);
        return record;
    }

    /// <returns>Null where there is nothing to write: input without a cluster, a cluster that was not seen, a closed one, a dry run.</returns>
    private async Task<bool?> RegisterAsync(RecordOutcomeRequest request, OutcomeRecord record, DateTimeOffset now, CancellationToken cancellationToken) =>
        request.Cluster is { } cluster
        && request.Described is { CreatedAt: > 0, Next: not ClusterNext.Offboarded } described
        && request.Plan?.Stop != PlanStop.DryRun
            ? await registry.RecordAsync(
                ItemOf(cluster, described, record, now) with { WorkspaceArn = SendsTo(request) }, request.Execution, cancellationToken)
            : null;

    private static OutcomeRecord RecordOf(RecordOutcomeRequest request, OutcomeDecision decision) => new()
    {
        Outcome = decision.Outcome,
        Cause = decision.Cause,
        Sentence = decision.Sentence,
        Remedy = decision.Remedy,
        Changed = HasChanged(request),
        ClusterArn = request.Cluster?.Arn,
        ClusterName = request.Cluster?.Name,
        AccountId = request.Cluster?.AccountId,
        Region = request.Cluster?.Region,
        CreatedAt = request.Described?.CreatedAt,
        WorkspaceArn = request.Plan?.WorkspaceArn ?? NullIfEmpty(request.Described?.WorkspaceArn),
        TrustMode = request.Plan?.TrustMode,
        Delivery = request.Plan?.Delivery,
        RoleArn = request.Trust?.IngestRoleArn,
        CollectorRoleArn = request.Trust is { } trust && trust.RoleArn != trust.IngestRoleArn ? trust.RoleArn : null,
        Series = request.Verification?.Series,
        VerifiedAt = request.Verification?.NewestSampleAt,
        ExecutionId = request.Execution.Id,
    };

    /// <summary>
    /// Null, which leaves the item as it is, while it is only routed there: before there is trust, and on a move until the new workspace is
    /// delivered to. The workspace that it sends to goes on expecting it.
    /// </summary>
    private static string? SendsTo(RecordOutcomeRequest request) =>
        request.Trust is { } trust && (trust.PreviousWorkspaceArn is null || OutcomeDecider.IsDelivered(request)) ? request.Plan?.WorkspaceArn : null;

    /// <summary>The switch of the authentication mode is known by its update: the look that began it is overwritten by later ones, which change nothing.</summary>
    private static bool HasChanged(RecordOutcomeRequest request) =>
        request.Switching is { UpdateId: not null }
        || ((Change?[])[request.Access?.Change, request.Trust?.Change, request.Delivery?.Change, request.Withdrawal?.Change, request.OldGrant?.Change])
            .Any(change => change is Change.Created or Change.Updated);

    private static RegistryItem ItemOf(ClusterReference cluster, ClusterDescription described, OutcomeRecord record, DateTimeOffset now) => new()
    {
        ClusterArn = cluster.Arn,
        CreatedAt = described.CreatedAt,
        State = record.Outcome,
        Cause = record.Cause,
        Sentence = record.Sentence,
        Remedy = record.Remedy,
        TrustMode = record.TrustMode,
        Delivery = record.Delivery,
        RoleArn = record.RoleArn,
        CollectorRoleArn = record.CollectorRoleArn,
        Issuer = NullIfEmpty(described.Issuer),
        Series = record.Series,
        VerifiedAt = record.VerifiedAt,
        ChangedAt = record.Changed ? now : null,
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    [LoggerMessage(LogLevel.Information, "{Cluster}: {Outcome} {Cause}. {Sentence}")]
    private partial void Recorded(string? cluster, Outcome outcome, string? cause, string sentence);

    [LoggerMessage(LogLevel.Warning, "{Cluster}: a later execution has recorded already; the registry keeps its word over that of {Execution}")]
    private partial void Overtaken(string? cluster, string execution);
}
