using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;
using CentralAmp.Tests.Trust;
using CentralAmp.Verification;

namespace CentralAmp.Tests.Onboarding;

public sealed class OutcomeDeciderTests
{
    private static readonly RecordOutcomeRequest Planned = new(Some.Execution())
    {
        Cluster = Some.Cluster(),
        Described = Some.Described(),
        Access = new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Allowed),
        Plan = TrustPoliciesTests.Plan(),
    };

    private static readonly RecordOutcomeRequest Trusted = Planned with { Trust = new EnsureTrustResult(Change.Created, "arn:role", "arn:provider", RbacAccess.Allowed) };
    private static readonly RecordOutcomeRequest Delivered = Trusted with { Delivery = new DeliverRemoteWriteResult(Change.Created, Some.Noon) };
    private static readonly RecordOutcomeRequest Waiting = Trusted with { Delivery = new DeliverRemoteWriteResult(Change.Created, Waits: true) };
    private static readonly OnboardingPlan Parked = TrustPoliciesTests.Plan() with { Next = PlanNext.Park, Collector = null, Change = Change.Unchanged };

    public static TheoryData<string, RecordOutcomeRequest, Outcome, string?> Endings => new()
    {
        { "verified", Delivered with { Verification = new VerifyIngestResult(7, Some.Noon) }, Outcome.Verified, null },
        { "verified, not counted", Delivered with { Verification = new VerifyIngestResult(null, Some.Noon) }, Outcome.Verified, null },
        { "refused", new(Some.Execution()) { Cluster = Some.Cluster(), Described = new ClusterDescription { Next = ClusterNext.Refuse, CreatedAt = 1, Refusal = "ClusterFailed: EKS gave it up. Remedy: Make it anew." } }, Outcome.Blocked, Causes.ClusterFailed },
        { "opted out", new(Some.Execution()) { Cluster = Some.Cluster(), Described = new ClusterDescription { Next = ClusterNext.OptOut, CreatedAt = 1 } }, Outcome.OptedOut, null },
        { "opted out, something is there", new(Some.Execution()) { Cluster = Some.Cluster(), Described = new ClusterDescription { Next = ClusterNext.OptOut, CreatedAt = 1, Onboarded = true } }, Outcome.Offboarding, null },
        { "opted out, something is there, dry run", new(Some.Execution()) { Cluster = Some.Cluster(), Described = new ClusterDescription { Next = ClusterNext.OptOut, CreatedAt = 1, Onboarded = true, IsDryRun = true } }, Outcome.OptedOut, null },
        { "superseded", new(Some.Execution()) { Cluster = Some.Cluster(), Failure = Blocked(Causes.TakenOver) }, Outcome.Superseded, Causes.TakenOver },
        { "offboarded before", new(Some.Execution()) { Cluster = Some.Cluster(), Described = new ClusterDescription { Next = ClusterNext.Offboarded, CreatedAt = 1 } }, Outcome.Offboarded, null },
        { "parked too long", Planned with { Plan = Plan(PlanStop.ParkedTooLong) }, Outcome.Parked, Causes.NoCollectorYet },
        { "dry run", Planned with { Plan = Plan(PlanStop.DryRun) }, Outcome.Parked, null },
        { "nothing happened", Planned, Outcome.Failed, Causes.Unexpected },

        { "bad input", new(Some.Execution()) { Failure = Blocked(Causes.InputFieldMissing) }, Outcome.Blocked, Causes.InputFieldMissing },
        { "cluster failed", new(Some.Execution()) { Cluster = Some.Cluster(), Failure = Blocked(Causes.ClusterFailed) }, Outcome.Blocked, Causes.ClusterFailed },
        { "plan refused", Planned with { Plan = null, Failure = Blocked(Causes.SeveralCollectors) }, Outcome.Blocked, Causes.SeveralCollectors },
        { "trust never effective", Trusted with { Failure = NotReady(Causes.TrustNotEffective) }, Outcome.Blocked, Causes.TrustNotEffective },
        { "proof denied", Trusted with { Failure = Blocked(Causes.TrustSubjectMismatch) }, Outcome.Blocked, Causes.TrustSubjectMismatch },
        { "access never settles", Planned with { Plan = null, Failure = NotReady(Causes.KubernetesUnauthorized) }, Outcome.Blocked, Causes.KubernetesUnauthorized },
        { "throttled for ever", Trusted with { Failure = Transient(Causes.Throttled) }, Outcome.Failed, Causes.Throttled },

        { "rolled back", Trusted with { Failure = NotReady(Causes.PodsWithoutRole), Withdrawal = new(Change.Updated) }, Outcome.RolledBack, Causes.PodsWithoutRole },
        { "rolled back after a crash", Trusted with { Failure = Crash("Sandbox.Timedout"), Withdrawal = new(Change.Updated) }, Outcome.RolledBack, Causes.Unexpected },
        { "refused before a write", Trusted with { Failure = Blocked(Causes.RemoteWriteForeign), Withdrawal = new(Change.Unchanged) }, Outcome.Blocked, Causes.RemoteWriteForeign },
        { "withdrawal failed", Trusted with { Failure = NotReady(Causes.PodsNotReady), Leftover = Transient(Causes.KubernetesUnavailable) }, Outcome.Failed, Causes.PodsNotReady },

        { "no samples", Delivered with { Failure = NotReady(Causes.NoSamples) }, Outcome.Unhealthy, Causes.NoSamples },
        { "may not query", Delivered with { Failure = Blocked(Causes.HubPermissionMissing) }, Outcome.Unhealthy, Causes.HubPermissionMissing },
        { "workspace down", Delivered with { Failure = Transient(Causes.WorkspaceUnavailable) }, Outcome.Unhealthy, Causes.WorkspaceUnavailable },
        { "delivered earlier, pods down now", Trusted with { Plan = TrustPoliciesTests.Plan() with { Change = Change.Unchanged }, Failure = NotReady(Causes.PodsNotReady) }, Outcome.Unhealthy, Causes.PodsNotReady },
        { "refused while the merge was pending", Waiting with { Failure = Blocked(Causes.AlreadySending) }, Outcome.Blocked, Causes.AlreadySending },
        { "refused at a later check", Waiting with { Plan = Parked, Failure = Blocked(Causes.AlreadySending) }, Outcome.Blocked, Causes.AlreadySending },
        { "merged, and no samples", Waiting with { Delivery = new DeliverRemoteWriteResult(Change.Unchanged), Failure = NotReady(Causes.NoSamples) }, Outcome.Unhealthy, Causes.NoSamples },
        { "crash in verification", Delivered with { Failure = Crash("Runtime.ExitError") }, Outcome.Failed, Causes.Unexpected },
        { "old grant may not be removed", Delivered with { Verification = new VerifyIngestResult(7, Some.Noon), Failure = Blocked(Causes.HubPermissionMissing) }, Outcome.Blocked, Causes.HubPermissionMissing },
        { "old grant not removed yet", Delivered with { Verification = new VerifyIngestResult(7, Some.Noon), Failure = Transient(Causes.Throttled) }, Outcome.Failed, Causes.Throttled },
        { "elevation not ended", Delivered with { Verification = new VerifyIngestResult(7, Some.Noon), Leftover = Transient(Causes.Throttled) }, Outcome.Failed, Causes.Throttled },
    };

    [Theory]
    [MemberData(nameof(Endings), DisableDiscoveryEnumeration = true)]
    public void Every_ending_has_its_outcome_and_cause(string name, RecordOutcomeRequest request, Outcome outcome, string? cause)
    {
        var decision = OutcomeDecider.Decide(request);
        Assert.True((outcome, cause) == (decision.Outcome, decision.Cause), $"{name}: {decision}");
        Assert.NotEmpty(decision.Sentence);
    }

    [Theory]
    [InlineData("Runtime.ExitError")]
    [InlineData("Sandbox.Timedout")]
    [InlineData("States.Timeout")]
    [InlineData(null)]
    public void The_sentence_names_a_failure_of_the_platform(string? error)
    {
        var decision = OutcomeDecider.Decide(Planned with { Failure = new CaughtFailure(error, "RequestId: 1 Error: Runtime exited with error: signal: killed") });
        Assert.Equal((Outcome.Failed, Causes.Unexpected), (decision.Outcome, decision.Cause));
        Assert.Contains(error ?? "an error without a name", decision.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_cleanup_is_reported_beside_the_first_cause()
    {
        var decision = OutcomeDecider.Decide(Trusted with { Failure = NotReady(Causes.PodsNotReady), Leftover = Transient(Causes.KubernetesUnavailable) });
        Assert.Contains("failed, too: a sentence about KubernetesUnavailable", decision.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_move_of_the_collector_is_in_the_outcome()
    {
        var (from, verification) = (Some.Collector with { Namespace = "team", Name = "theirs" }, new VerifyIngestResult(7, Some.Noon));
        var moved = Delivered with { Verification = verification, Plan = TrustPoliciesTests.Plan() with { Replaces = [new ReplacedDelivery(DeliveryNames.Prometheus, from)] } };
        Assert.Contains(
            "The collector moved from 'team/theirs' to 'monitoring/kube-prometheus-stack-prometheus'.", OutcomeDecider.Decide(moved).Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("moved", OutcomeDecider.Decide(Delivered with { Verification = verification }).Sentence, StringComparison.Ordinal);
    }

    internal static CaughtFailure Blocked(string cause) => Caught(nameof(BlockedException), cause);

    private static CaughtFailure NotReady(string cause) => Caught(nameof(NotReadyException), cause);

    private static CaughtFailure Transient(string cause) => Caught(nameof(TransientException), cause);

    private static CaughtFailure Crash(string error) => new(error, "RequestId: 1 Error: killed");

    private static CaughtFailure Caught(string error, string cause) =>
        new(error, $$"""{"errorType":"{{error}}","errorMessage":"{{cause}}: a sentence about {{cause}} Remedy: do it","stackTrace":[]}""");

    private static OnboardingPlan Plan(PlanStop stop) => TrustPoliciesTests.Plan() with { Next = PlanNext.Stop, Stop = stop, Collector = null, Sentence = "Nothing to deliver to." };
}
