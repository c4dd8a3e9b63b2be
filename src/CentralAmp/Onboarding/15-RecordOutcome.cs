using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Silence;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <summary>The results of all states of the execution. Those of states that did not run are absent; with invalid input even the cluster is.</summary>
public sealed record RecordOutcomeRequest(ExecutionReference Execution)
{
    public ClusterReference? Cluster { get; init; }

    public ClusterDescription? Described { get; init; }

    /// <summary>Present if the cluster was in authentication mode <c>CONFIG_MAP</c>.</summary>
    public SwitchAuthenticationModeResult? Switching { get; init; }

    public EnsureClusterAccessResult? Access { get; init; }

    public OnboardingPlan? Plan { get; init; }

    public EnsureTrustResult? Trust { get; init; }

    public DeliverRemoteWriteResult? Delivery { get; init; }

    public WithdrawRemoteWriteResult? Withdrawal { get; init; }

    public VerifyIngestResult? Verification { get; init; }

    /// <summary>Present if the cluster moved to another workspace.</summary>
    public RemoveOldGrantResult? OldGrant { get; init; }

    /// <summary>Present if the grant for a former workspace was removed before anything else was done.</summary>
    public RemoveOldGrantResult? Revoked { get; init; }

    public CaughtFailure? Failure { get; init; }

    /// <summary>The elevation could not be ended or the delivery not be withdrawn. Never hides <see cref="Failure"/>.</summary>
    public CaughtFailure? Leftover { get; init; }
}

/// <summary>Ends every execution: writes the registry item and the metrics, and returns the record that the state machine publishes.</summary>
/// <param name="output">Receives the metric lines: standard output, which Lambda sends to CloudWatch.</param>
public sealed partial class RecordOutcomeStep(
    ClusterRegistry registry, ClusterExpectation expectation, HubSettings settings, TimeProvider time, TextWriter output, ILogger<RecordOutcomeStep> logger)
{
    public async Task<OutcomeRecord> RunAsync(RecordOutcomeRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (decision, former) = (OutcomeDecider.Decide(request), StillGranted(request, now));
        var record = RecordOf(request, decision with { Sentence = decision.Sentence + AboutGrants(request, former) });
        if (await RegisterAsync(request, record, former, now, cancellationToken) == false)
        {
            // Not a failure: another execution has taken over, and records what it finds.
            Superseded(record.ClusterArn, request.Execution.Id);
            record = record.Overtaken(request.Cluster!);
        }

        // If nothing changed, an earlier execution has written the expectation; a second run writes nothing.
        if (record.Changed && request.Cluster is { } cluster)
        {
            await expectation.WriteAsync(cluster, request.OldGrant is null ? request.Revoked?.RevokedWorkspaceArn : request.Trust?.PreviousWorkspaceArn, cancellationToken);
        }

        await output.WriteLineAsync(OutcomeMetrics.Line(record, request.Execution.StartedAt, now));
        Recorded(record.ClusterArn, record.Outcome, record.Cause, record.Sentence);
        return record;
    }

    /// <returns>Null if there is nothing to write: no cluster in the input, a cluster that was never described, a closed item, a dry run.</returns>
    private async Task<bool?> RegisterAsync(
        RecordOutcomeRequest request, OutcomeRecord record, FormerGrant? former, DateTimeOffset now, CancellationToken cancellationToken) =>
        request.Cluster is { } cluster
        && request.Described is { CreatedAt: > 0, Next: not ClusterNext.Offboarded, IsDryRun: false } described
        && record.Outcome != Outcome.Superseded
        && request.Plan?.Stop != PlanStop.DryRun
            ? await registry.RecordAsync(
                ItemOf(cluster, described, record, now) with { WorkspaceArn = WorkspaceInUse(request), FormerWorkspaceArn = former?.WorkspaceArn, RouteLeftAt = former?.Since },
                FactsOf(request),
                request.Execution,
                cancellationToken,
                [.. EndedBy(request), .. ClusterRegistry.ClaimAttributes, .. ClusterRegistry.LateAttributes])
            : null;

    /// <summary>
    /// The workspace that the route has left and that the role may still write to. Trust that was ensured knows it from the role; before it, the registry
    /// does.
    /// </summary>
    private static FormerGrant? StillGranted(RecordOutcomeRequest request, DateTimeOffset now) => request switch
    {
        { OldGrant: not null } => null,
        { Trust.PreviousWorkspaceArn: { } previous } => new FormerGrant(previous, request.Described?.Former is { } former && former.WorkspaceArn == previous ? former.Since : now),
        { Trust: not null } or { Revoked: not null } => null,
        _ => request.Described?.Former,
    };

    private string AboutGrants(RecordOutcomeRequest request, FormerGrant? former) =>
        (request.Revoked?.RevokedWorkspaceArn is { } revoked ? GrantDecider.Revoked(revoked) : "") + GrantDecider.StillGranted(former, settings.OldGrantMax);

    /// <summary>What no longer holds, unless this outcome has a value: the former grant of an admitted cluster, and the cut of one whose trust was ensured.</summary>
    private static string[] EndedBy(RecordOutcomeRequest request) =>
    [
        .. request.Described?.Next == ClusterNext.Continue ? ClusterRegistry.FormerGrantAttributes : [],
        .. request.Trust is null ? (string[])[] : ["cutSince"],
    ];

    /// <summary>Null leaves the facts as they were announced. A delivery that succeeded is never withdrawn, and has ended what it replaces.</summary>
    private static FactsUpdate? FactsOf(RecordOutcomeRequest request) => request switch
    {
        { Delivery.Waits: false, Plan.Collector: not null } => OnboardingFacts.Deliver(request.Plan, request.Delivery?.NamespaceUid),
        { Withdrawal.Change: not Change.Unchanged, Leftover: null, Plan.Collector: not null } => OnboardingFacts.Withdraw(request.Plan),
        _ => null,
    };

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
    /// Null, which leaves the item unchanged, while the cluster is routed to the workspace but does not send to it yet: before it has trust, and
    /// during a move until the collector has the new workspace. Until then, the former workspace continues to expect the cluster.
    /// </summary>
    private static string? WorkspaceInUse(RecordOutcomeRequest request) =>
        request.Trust is { } trust && (trust.PreviousWorkspaceArn is null || OutcomeDecider.IsDelivered(request)) ? request.Plan?.WorkspaceArn : null;

    /// <summary>The update id shows that the authentication mode was switched: later checks, which change nothing, overwrite the result of the first.</summary>
    private static bool HasChanged(RecordOutcomeRequest request) =>
        request.Switching is { UpdateId: not null }
        || ((Change?[])[request.Access?.Change, request.Trust?.Change, request.Delivery?.Change, request.Withdrawal?.Change, request.OldGrant?.Change, request.Revoked?.Change])
            .Any(change => change is Change.Created or Change.Updated);

    private static RegistryItem ItemOf(ClusterReference cluster, ClusterDescription described, OutcomeRecord record, DateTimeOffset now) => new()
    {
        ClusterArn = cluster.Arn,
        CreatedAt = described.CreatedAt,
        State = record.Outcome,
        Reason = record.Outcome == Outcome.Offboarding ? OffboardingReason.OptedOut : null,
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

    [LoggerMessage(LogLevel.Warning, "{Cluster}: the registry keeps the record of another execution and ignores that of {Execution}")]
    private partial void Superseded(string? cluster, string execution);
}
