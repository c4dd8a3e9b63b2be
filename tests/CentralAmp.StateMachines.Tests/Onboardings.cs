using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.StateMachines.Tests;

/// <summary>Scripts of whole onboardings. ResolveCluster is the real step, because it makes no calls; the others answer as they would for such a cluster.</summary>
internal static class Onboardings
{
    public static readonly ClusterReference Cluster = new("arn:aws:eks:us-east-1:222222222222:cluster/shop", "aws", "222222222222", "us-east-1", "shop");

    public static readonly string Input = $$"""{"clusterArn": "{{Cluster.Arn}}"}""";

    public const string OldWorkspace = "arn:aws:aps:us-east-1:111111111111:workspace/ws-old";

    public static readonly OnboardingPlan Plan = new()
    {
        Next = PlanNext.Deliver,
        Sentence = "The collector writes to the workspace.",
        WorkspaceArn = "arn:aws:aps:us-east-1:111111111111:workspace/ws-1",
        WorkspaceEndpoint = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/",
        IngestRoleName = "central-amp-shop-01234567",
        ClusterLabel = "shop.us-east-1.222222222222",
        Collector = new Collector
        {
            Namespace = "monitoring",
            Name = "kube-prometheus-stack-prometheus",
            Uid = "4a3b",
            ServiceAccount = "kube-prometheus-stack-prometheus",
            StatefulSet = "prometheus-kube-prometheus-stack-prometheus",
            Pods = ["prometheus-kube-prometheus-stack-prometheus-0"],
        },
        Change = Change.Created,
    };

    private static readonly DateTimeOffset Noon = new(2026, 9, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Answer Resolved = Answer.From<ResolveClusterRequest>(request =>
        new ResolveClusterStep(new() { RegistryTable = "r", WorkspaceArn = "w", HubAccountId = "111111111111", BoundaryArn = "b" }, NullLogger<ResolveClusterStep>.Instance).RunAsync(request, CancellationToken.None).GetAwaiter().GetResult());

    /// <summary>The cluster is ACTIVE and has a working collector; neither its account nor the cluster has managed objects.</summary>
    public static Script First => Shortest(ClusterNext.Continue, Outcome.Verified)
        .On("EnsureClusterAccess", Answer.Result(new EnsureClusterAccessResult(Change.Created, RbacAccess.Missing)))
        .On("StartElevation", Twice(new StartElevationResult(Change.Created)))
        .On("InstallRbac", Twice(new InstallRbacResult(Change.Created)))
        .On("EndElevation", Twice(new EndElevationResult(Change.Updated)))
        .On("PlanOnboarding", Answer.Result(Plan))
        .On("EnsureTrust", Trusted(Change.Created, RbacAccess.Missing))
        .On("ProveIngest", Answer.Result(new ProveIngestResult()))
        .On("DeliverRemoteWrite", Answer.Result(new DeliverRemoteWriteResult(Change.Created, Noon)))
        .On("VerifyIngest", Answer.Result(new VerifyIngestResult(4711, Noon)));

    /// <summary>A second run of <see cref="First"/>.</summary>
    public static Script Again => Shortest(ClusterNext.Continue, Outcome.Verified)
        .On("EnsureClusterAccess", Answer.Result(new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Allowed)))
        .On("PlanOnboarding", Answer.Result(Plan with { Change = Change.Unchanged }))
        .On("EnsureTrust", Trusted(Change.Unchanged, RbacAccess.Allowed))
        .On("DeliverRemoteWrite", Answer.Result(new DeliverRemoteWriteResult(Change.Unchanged)))
        .On("VerifyIngest", Answer.Result(new VerifyIngestResult(4711, Noon)));

    /// <summary>An onboarded cluster whose route names another workspace now.</summary>
    public static Script Moving => Again
        .On("PlanOnboarding", Answer.Result(Plan with { Change = Change.Updated }))
        .On("EnsureTrust", Answer.Result(new EnsureTrustResult(Change.Updated, "arn:role", "arn:provider", RbacAccess.Allowed) { PreviousWorkspaceArn = OldWorkspace }))
        .On("ProveIngest", Answer.Result(new ProveIngestResult()))
        .On("RemoveOldGrant", Answer.Result(new RemoveOldGrantResult(Change.Updated)));

    /// <summary>A first run whose cluster is in authentication mode CONFIG_MAP and is switched.</summary>
    public static Script Switching => First
        .First("DescribeCluster", OnlyConfigMap)
        .On("SwitchAuthenticationMode", Switched(checks: 1));

    public static Answer OnlyConfigMap { get; } = Answer.Result(
        new ClusterDescription { Next = ClusterNext.Continue, CreatedAt = 1, AuthenticationMode = "CONFIG_MAP" });

    public static Answer Switched(int checks) => Answer.Result(new SwitchAuthenticationModeResult(Change.Updated, "u-1", checks, 1));

    /// <summary>Ends after DescribeCluster, with any recorded outcome.</summary>
    public static Script Shortest(ClusterNext next, Outcome outcome) => new Script()
        .On("ResolveCluster", Resolved)
        .On("DescribeCluster", Described(next))
        .On("RecordOutcome", Recorded(outcome))
        .On("PublishOutcome", Answer.Result(new object()));

    public static Answer Described(ClusterNext next) => Answer.Result(new ClusterDescription
    {
        Next = next,
        WaitSeconds = next == ClusterNext.Wait ? 1 : 0,
        CreatedAt = Noon.ToUnixTimeMilliseconds(),
        Issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF",
        Endpoint = "https://0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com",
        CertificateAuthority = new string('A', 1500),
        AuthenticationMode = "API",
        WorkspaceArn = Plan.WorkspaceArn,
    });

    public static Answer Trusted(Change change, RbacAccess writing) => Answer.Result(new EnsureTrustResult(
        change,
        "arn:aws:iam::111111111111:role/central-amp/central-amp-shop-01234567",
        "arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF",
        writing));

    /// <summary>The test gives the outcome; cause and sentence are those of the failure, if there was one.</summary>
    public static Answer Recorded(Outcome outcome) =>
        Answer.From<RecordOutcomeRequest>(request => RecordOf(outcome, request.Failure, request.Cluster, request.Execution));

    public static OutcomeRecord RecordOf(Outcome outcome, CaughtFailure? caught, ClusterReference? cluster, ExecutionReference execution)
    {
        var failure = caught is null ? null : FailureMessage.Parse(caught.Error, caught.Cause);
        return new OutcomeRecord
        {
            Outcome = outcome,
            Cause = failure?.Cause ?? "ACauseOfTheTest",
            Sentence = failure?.Sentence ?? "A sentence of the test.",
            Changed = true,
            ClusterArn = cluster?.Arn,
            ExecutionId = execution.Id,
        };
    }

    private static Answer[] Twice(object result) => [Answer.Result(result), Answer.Result(result)];
}
