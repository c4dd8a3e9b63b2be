using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Offboarding;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>Scripts of whole offboardings: each step answers as it would for such a cluster.</summary>
internal static class Offboardings
{
    public static readonly string Input = $$"""{"clusterArn": "{{Onboardings.Cluster.Arn}}"}""";

    private static readonly ResolveOffboardingResult Resolved = new()
    {
        Next = OffboardingNext.Offboard,
        Sentence = "As planned by the test.",
        Cluster = Onboardings.Cluster,
        Reason = OffboardingReason.Manual,
        Presence = ClusterPresence.Gone,
        Described = new ClusterDescription { Next = ClusterNext.Offboarded, CreatedAt = 1_788_264_000_000 },
    };

    public static ResolveOffboardingResult LivingCluster => Resolved with
    {
        Presence = ClusterPresence.Living,
        Described = Resolved.Described with { Next = ClusterNext.Continue, AuthenticationMode = "API", CertificateAuthority = new string('A', 1500) },
    };

    public static Script Gone => new Script()
        .On("ResolveOffboarding", Answer.Result(Resolved))
        .On("RemoveTrust", Answer.Result(new RemoveTrustResult(Change.Updated)))
        .On("RecordOffboarding", Recorded(Outcome.Offboarded))
        .On("PublishOutcome", Answer.Result(new object()));

    /// <summary>Two collectors carry managed configuration; the RBAC for writing the second one must be installed.</summary>
    public static Script Living => Gone
        .On("ResolveOffboarding", Answer.Result(LivingCluster))
        .On("CutAccess", Answer.Result(new CutAccessResult(Change.Updated)))
        .On("EnsureClusterAccess", Answer.Result(new EnsureClusterAccessResult(Change.Created, RbacAccess.Missing)))
        .On("StartElevation", Times(3, new StartElevationResult(Change.Created)))
        .On("InstallRbac", Times(2, new InstallRbacResult(Change.Created)))
        .On("EndElevation", Times(3, new EndElevationResult(Change.Updated)))
        .On("PlanOffboarding", Withdraw(RbacAccess.Allowed), Withdraw(RbacAccess.Missing), Clear)
        .On("WithdrawRemoteWrite", Times(2, new WithdrawRemoteWriteResult(Change.Updated)))
        .On("RemoveRbac", Answer.Result(new RemoveRbacResult(Change.Updated)))
        .On("RemoveClusterAccess", Answer.Result(new RemoveClusterAccessResult(Change.Updated)));

    public static Answer Clear => Answer.Result(new PlanOffboardingResult { Next = OffboardingPlanNext.Clear });

    public static Answer Resolve(OffboardingNext next) => Answer.Result(Resolved with { Next = next, WaitSeconds = next == OffboardingNext.Wait ? 1 : 0 });

    public static Answer Resolve(ResolveOffboardingResult resolved) => Answer.Result(resolved);

    public static Answer Recorded(Outcome outcome) =>
        Answer.From<RecordOffboardingRequest>(request => Onboardings.RecordOf(outcome, request.Failure, request.Resolved?.Cluster, request.Execution));

    public static Answer Withdraw(RbacAccess writing) => Answer.Result(new PlanOffboardingResult
    {
        Next = OffboardingPlanNext.Withdraw,
        Withdraw = Onboardings.Plan,
        Trust = new EnsureTrustResult(Change.Unchanged, "arn:role", "", RbacAccess.Allowed),
        Writing = writing,
    });

    public static Answer[] Times(int times, object result) => [.. Enumerable.Repeat(Answer.Result(result), times)];
}
