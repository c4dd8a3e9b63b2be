using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Deliveries;

/// <summary>The states of the onboarding workflow inside a cluster: plan, RBAC (applied with an administrator's rights), delivery and withdrawal.</summary>
internal sealed class DeliveryRun : IDisposable
{
    public static readonly string Stack = KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, FakeCollectorCluster.Name);
    public static readonly string Account = KubernetesPath.ServiceAccount(FakeCollectorCluster.Namespace, FakeCollectorCluster.Account);
    public static readonly string AgentAccount = KubernetesPath.ServiceAccount(AgentNames.Namespace, AgentNames.ServiceAccount);
    public static readonly string PrometheusAgent = KubernetesPath.PrometheusAgent(AgentNames.Namespace, AgentNames.PrometheusAgent);
    public static readonly string StatefulSet = KubernetesPath.StatefulSet(AgentNames.Namespace, AgentNames.Agent);
    public static readonly string ConfigMap = KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Agent);
    public static readonly string Values = KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Values);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public FakeCollectorCluster Cluster { get; } = new(replicas: 2);

    public ClusterRegistry Registry { get; } = Some.Registry();

    public HubSettings Settings { get; set; } = Some.Settings;

    /// <summary>Value of the tag <c>central-amp:delivery</c>; null without it.</summary>
    public string? Tag { get; set; }

    /// <summary>The registry item, with the facts that the steps record.</summary>
    public RegistryItem? Item { get; set; }

    /// <summary>The subjects that the role trusts, for a registry that does not know the collector.</summary>
    public IReadOnlyList<string> Trusted { get; set; } = [];

    /// <summary>Value of the tag <c>central-amp:collector</c>; null without it.</summary>
    public string? CollectorTag { get; set; }

    public TimeSpan Elapsed { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Number of writes by deliveries, without those for RBAC.</summary>
    public int Writes { get; private set; }

    /// <summary>Leaves one Ready node without a Prometheus or an operator, after the grace time.</summary>
    public void Bare()
    {
        Cluster.Objects.Delete(Stack);
        Cluster.HasOperator = false;
        Cluster.Objects.Put("/api/v1/nodes/one", Parse("""{"metadata":{"name":"one"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}"""));
        Elapsed = TimeSpan.FromHours(1);
    }

    public async Task<(OnboardingPlan? Plan, Failure? Refusal)> DecideAsync()
    {
        var observation = new PlanObservation
        {
            Cluster = Some.Cluster(),
            Described = Some.Described() with { Options = new ClusterOptions(AllowRestart: false, Tag, Collector: CollectorTag) },
            Settings = Settings,
            Workspace = new Workspace(Some.WorkspaceArn, "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/"),
            Elapsed = Elapsed,
            Item = Item,
        };
        return OnboardingDecider.Decide(await CollectorObserver.ObserveAsync(observation, Cluster, () => Proofs.Proven([.. Trusted]), Cancelled));
    }

    public async Task<OnboardingPlan> PlanAsync()
    {
        var (plan, refusal) = await DecideAsync();
        Assert.Null(refusal);
        return plan!;
    }

    /// <summary>Plans, installs the RBAC and delivers.</summary>
    public async Task<DeliverRemoteWriteResult> RunAsync()
    {
        var plan = await PlanAsync();
        Assert.Equal(PlanNext.Deliver, plan.Next);
        await InstallAsync(plan);
        return await DeliverAsync(plan);
    }

    /// <summary>Announces the plan, and applies its RBAC.</summary>
    public async Task InstallAsync(OnboardingPlan plan)
    {
        Item = (Item ?? Proofs.Empty()).After(OnboardingFacts.Announce(plan, []) with { IsAnnouncement = true });
        foreach (var item in RbacRules.Writing(plan))
        {
            await RbacRules.EnsureAsync(Cluster, item, Cancelled);
        }
    }

    /// <summary>One attempt; the state machine repeats it with the same plan.</summary>
    public async Task<DeliverRemoteWriteResult> DeliverAsync(OnboardingPlan plan)
    {
        var before = Cluster.Writes.Count;
        try
        {
            var delivered = await new DeliverRemoteWriteStep(Cluster, Registry, Settings, new FakeClock(Some.Noon), NullLogger<DeliverRemoteWriteStep>.Instance).RunAsync(
                new DeliverRemoteWriteRequest(Some.Execution(), Some.Cluster(), Some.Described(), plan, Trust(plan)), Cancelled);
            Item = delivered.Waits ? Item : (Item ?? Proofs.Empty()).After(OnboardingFacts.Deliver(plan, delivered.NamespaceUid));
            return delivered;
        }
        finally
        {
            Writes += Cluster.Writes.Count - before;
        }
    }

    public async Task<Change> WithdrawAsync(OnboardingPlan plan) => (await WithdrawAsync(plan, restores: false)).Change;

    public async Task<WithdrawRemoteWriteResult> WithdrawAsync(OnboardingPlan plan, bool restores, string? previousWorkspaceArn = null) =>
        await new WithdrawRemoteWriteStep(Cluster, Registry, Settings, NullLogger<WithdrawRemoteWriteStep>.Instance).RunAsync(
            new WithdrawRemoteWriteRequest(
                Some.Execution(), Some.Cluster(), Some.Described(), plan, Trust(plan) with { PreviousWorkspaceArn = previousWorkspaceArn }, restores), Cancelled);

    public bool Has(string path) => Cluster.Objects.Get(path) is not null;

    /// <summary>Another manager takes the fields, as GitOps does for a stack that it owns.</summary>
    public void TakeStack(string spec) => Cluster.Objects.ForceApply(Stack, "argocd-controller", Parse($"{{\"spec\":{spec}}}"));

    public void Dispose() => Cluster.Dispose();

    public static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();

    private static EnsureTrustResult Trust(OnboardingPlan plan) =>
        new(Change.Unchanged, plan.RoleArn, "arn:aws:iam::111111111111:oidc-provider/x", RbacAccess.Allowed);
}
