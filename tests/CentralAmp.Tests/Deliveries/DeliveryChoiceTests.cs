using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Deliveries.Prometheus;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Deliveries;

/// <summary>The choice of the delivery. <c>CollectorObserver</c> reads the state from a fake cluster.</summary>
public sealed class DeliveryChoiceTests : IDisposable
{
    private static readonly string Stack = KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, FakeCollectorCluster.Name);
    private static readonly string Account = KubernetesPath.ServiceAccount(FakeCollectorCluster.Namespace, FakeCollectorCluster.Account);
    private readonly FakeCollectorCluster cluster = new(replicas: 2);
    private readonly FakePodIdentities podIdentities = new();
    private string? tag;
    private string? collectorTag;
    private HubSettings settings = Some.Settings;
    private TimeSpan elapsed = TimeSpan.FromSeconds(30);
    private TimeSpan parked;
    private RegistryItem? item;

    public void Dispose() => cluster.Dispose();

    public static TheoryData<string, Action<FakeCollectorCluster>> NotChangeable => new()
    {
        { "foreign list", cluster => Take(cluster, """{"spec":{"remoteWrite":[{"url":"https://elsewhere"}]}}""") },
        { "foreign empty list", cluster => Take(cluster, """{"spec":{"remoteWrite":[]}}""") },
        { "no storage", cluster => cluster.Objects.Remove(Stack, "spec", "storage") },
        { "foreign role", cluster => cluster.Objects.ForceApply(Account, "terraform", Parse("""{"metadata":{"annotations":{"eks.amazonaws.com/role-arn":"arn:aws:iam::222222222222:role/foreign"}}}""")) },
    };

    [Theory]
    [MemberData(nameof(NotChangeable), DisableDiscoveryEnumeration = true)]
    public async Task A_Prometheus_that_may_not_be_changed_gets_an_agent_beside_it(string name, Action<FakeCollectorCluster> change)
    {
        change(cluster);
        var plan = await PlanAsync();
        Assert.True(plan.Delivery == DeliveryNames.PrometheusAgent, name);
        Assert.Equal((PlanNext.Deliver, Change.Created), (plan.Next, plan.Change));
        var collector = plan.RequireCollector();
        Assert.Equal(("central-amp", "central-amp", "central-amp-collector", "prom-agent-central-amp"), (collector.Namespace, collector.Name, collector.ServiceAccount, collector.StatefulSet));
        Assert.Equal(["prom-agent-central-amp-0"], collector.Pods);
        Assert.Empty(plan.Replaces);
    }

    [Fact]
    public async Task A_pod_identity_is_detected_and_not_replaced()
    {
        podIdentities.Association = "arn:aws:eks:us-east-1:222222222222:podidentityassociation/shop/a-123";
        Assert.Equal(DeliveryNames.PrometheusAgent, (await PlanAsync()).Delivery);

        tag = DeliveryNames.Prometheus;
        var refusal = await RefusalAsync();
        Assert.Equal(Causes.ServiceAccountPodIdentity, refusal.Cause);
        Assert.Contains("podidentityassociation/shop/a-123", refusal.Sentence, StringComparison.Ordinal);
        Assert.Contains("--association-id a-123", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EKS_is_not_called_for_identities_once_CentralAmps_identity_exists()
    {
        await PlanAsync();
        cluster.Objects.Apply(Account, "central-amp", CollectorPatches.ServiceAccount(ServiceAccountResource.Read(cluster.ServiceAccount), Observation().RoleArn));
        await PlanAsync();
        Assert.Equal(1, podIdentities.Calls);
    }

    [Fact]
    public async Task An_unchanged_stack_gets_the_entry_itself() => Assert.Equal(DeliveryNames.Prometheus, (await PlanAsync()).Delivery);

    [Fact]
    public async Task A_bare_cluster_waits_for_the_grace_time_and_then_gets_an_agent()
    {
        Bare(nodes: 1);
        Assert.Equal((PlanNext.Park, Causes.NoCollectorYet), ((await PlanAsync()).Next, (await PlanAsync()).Cause));
        elapsed = TimeSpan.FromMinutes(30);
        var plan = await PlanAsync();
        Assert.Equal((PlanNext.Deliver, DeliveryNames.Agent, Change.Created), (plan.Next, plan.Delivery, plan.Change));
        Assert.Equal(["central-amp-agent-0"], plan.RequireCollector().Pods);
    }

    [Fact]
    public async Task The_grace_time_counts_from_the_execution_that_parked_the_cluster()
    {
        Bare(nodes: 1);
        parked = TimeSpan.FromMinutes(31);
        Assert.Equal(DeliveryNames.Agent, (await PlanAsync()).Delivery);
    }

    [Fact]
    public async Task A_cluster_without_a_Ready_node_waits()
    {
        Bare(nodes: 0);
        cluster.Objects.Put("/api/v1/nodes/dead", Parse("""{"metadata":{"name":"dead"},"status":{"conditions":[{"type":"Ready","status":"Unknown"}]}}"""));
        elapsed = TimeSpan.FromHours(2);
        var plan = await PlanAsync();
        Assert.Equal(PlanNext.Park, plan.Next);
        Assert.Contains("nor a node that is Ready", plan.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CRDs_alone_do_not_count_as_an_operator()
    {
        Bare(nodes: 1);
        cluster.HasOperator = true;
        elapsed = TimeSpan.FromHours(1);
        Assert.Equal(DeliveryNames.Agent, (await PlanAsync()).Delivery);
    }

    [Fact]
    public async Task An_agent_of_another_owner_shows_that_an_operator_runs()
    {
        cluster.Objects.Delete(Stack);
        cluster.Objects.Create(KubernetesPath.PrometheusAgent("team", "foreign"), "helm", Parse("""{"metadata":{"name":"foreign","namespace":"team"},"spec":{}}"""));
        elapsed = TimeSpan.FromHours(1);
        Assert.Equal(DeliveryNames.PrometheusAgent, (await PlanAsync()).Delivery);
    }

    public static TheoryData<string, string> Streams => new()
    {
        { "the routed workspace", "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write" },
        { "another workspace of the hub, through a gateway", "https://gateway.example/workspaces/ws-11112222-3333-4444-5555-666677778888/api/v1/remote_write" },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_stream_of_another_owner_to_the_hub_is_never_doubled(string name, string url)
    {
        Take(cluster, new JsonObject { ["spec"] = new JsonObject { ["remoteWrite"] = new JsonArray(new JsonObject { ["name"] = "by-hand", ["url"] = url }) } }.ToJsonString());
        foreach (var asked in (string?[])[null, "prometheus", "prometheus-agent", "agent", "values"])
        {
            tag = asked;
            var refusal = await RefusalAsync();
            Assert.True(refusal.Cause == Causes.AlreadySending, $"{name}, {asked}");
            Assert.Contains("Prometheus 'monitoring/stack'", refusal.Sentence, StringComparison.Ordinal);
            Assert.Contains("'terraform' set it", refusal.Sentence, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("prometheus-agent")]
    public async Task Beside_a_requested_agent_a_foreign_entry_with_CentralAmps_name_is_a_stream_like_any_other(string asked)
    {
        tag = asked;
        const string Url = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write";
        Take(cluster, $$$"""{"spec":{"remoteWrite":[{"name":"central-amp","url":"{{{Url}}}"}]}}""");
        Assert.Equal(Causes.AlreadySending, (await RefusalAsync()).Cause);
    }

    [Fact]
    public async Task A_stream_of_a_foreign_agent_or_of_a_Prometheus_that_opted_out_counts_too()
    {
        const string Entry = """{"remoteWrite":[{"url":"https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write"}]}""";
        cluster.Objects.Create(KubernetesPath.PrometheusAgent("team", "foreign"), "helm", Parse($$"""{"metadata":{"name":"foreign","namespace":"team"},"spec":{{Entry}}}"""));
        Assert.Contains("PrometheusAgent 'team/foreign'", (await RefusalAsync()).Sentence, StringComparison.Ordinal);
        cluster.Objects.Delete(KubernetesPath.PrometheusAgent("team", "foreign"));
        cluster.Objects.Create(KubernetesPath.Prometheus("team", "no"), "helm", Parse(
            $$$"""{"metadata":{"name":"no","namespace":"team","annotations":{"central-amp/onboard":"false"}},"spec":{{{Entry}}}}"""));
        Assert.Contains("Prometheus 'team/no'", (await RefusalAsync()).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_entry_with_CentralAmps_name_gets_no_second_stream_beside_it()
    {
        Take(cluster, """{"spec":{"remoteWrite":[{"name":"central-amp","url":"https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write"}]}}""");
        Assert.Equal(Causes.EntryForeign, (await RefusalAsync()).Cause);
    }

    public static TheoryData<string, string> Seconds => new()
    {
        { "plain", """{"metadata":{"name":"second","namespace":"monitoring"},"spec":{"replicas":1}}""" },
        { "annotated", """{"metadata":{"name":"second","namespace":"monitoring","annotations":{"central-amp/onboard":"true"}},"spec":{"replicas":1}}""" },
        { "labelled", """{"metadata":{"name":"second","namespace":"monitoring","labels":{"central-amp/onboard":"true"}},"spec":{"replicas":1}}""" },
        { "selects all", """{"metadata":{"name":"second","namespace":"monitoring"},"spec":{"serviceMonitorSelector":{},"serviceMonitorNamespaceSelector":{}}}""" },
    };

    [Theory]
    [MemberData(nameof(Seconds))]
    public async Task Before_the_first_onboarding_several_candidates_need_the_choice_of_an_operator(string name, string second)
    {
        cluster.Objects.Create(KubernetesPath.Prometheus("monitoring", "second"), "helm", Parse(second));
        var refusal = await RefusalAsync();
        Assert.True(refusal.Cause == Causes.SeveralCollectors, name);
        Assert.Contains("monitoring/second, monitoring/stack", refusal.Sentence, StringComparison.Ordinal);
        Assert.Contains("central-amp:collector=namespace/name", refusal.Remedy, StringComparison.Ordinal);

        collectorTag = "monitoring/second";
        cluster.Objects.Create(KubernetesPath.ServiceAccount("monitoring", "default"), "helm", Parse("""{"metadata":{"name":"default","namespace":"monitoring"}}"""));
        Assert.Contains("monitoring/second", (await PlanAsync()).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_candidates_the_one_in_the_namespaces_for_collectors_is_chosen()
    {
        cluster.Objects.Create(KubernetesPath.Prometheus("team", "second"), "helm", Parse(
            """{"metadata":{"name":"second","namespace":"team","annotations":{"central-amp/onboard":"true"}},"spec":{"replicas":1,"serviceMonitorSelector":{},"serviceMonitorNamespaceSelector":{}}}"""));
        Assert.Equal("stack", (await PlanAsync()).RequireCollector().Name);

        settings = settings with { CollectorNamespaces = ["elsewhere"] };
        Assert.Equal(Causes.SeveralCollectors, (await RefusalAsync()).Cause);
    }

    [Fact]
    public async Task A_Prometheus_that_opted_out_is_no_candidate()
    {
        cluster.Objects.Create(KubernetesPath.Prometheus("monitoring", "second"), "helm", Parse(
            """{"metadata":{"name":"second","namespace":"monitoring","annotations":{"central-amp/onboard":"false"}},"spec":{"serviceMonitorSelector":{}}}"""));
        Assert.Equal("stack", (await PlanAsync()).RequireCollector().Name);
    }

    [Fact]
    public async Task A_tag_that_names_no_resource_waits_and_gets_no_agent()
    {
        (collectorTag, elapsed) = ("monitoring/stak", TimeSpan.FromHours(2));
        var plan = await PlanAsync();
        Assert.Equal((PlanNext.Park, Causes.NoCollectorYet), (plan.Next, plan.Cause));
        Assert.Contains("'monitoring/stak', which its tag central-amp:collector names", plan.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_requested_agent_that_the_operator_does_not_support_is_refused()
    {
        (cluster.HasAgentCrd, tag) = (false, DeliveryNames.PrometheusAgent);
        var refusal = await RefusalAsync();
        Assert.Equal((FailureKind.Blocked, Causes.DeliveryNotPossible), (refusal.Kind, refusal.Cause));
    }

    [Fact]
    public async Task A_requested_agent_needs_no_grace_time_and_does_not_change_the_stack()
    {
        tag = DeliveryNames.Agent;
        Assert.Equal(PlanNext.Park, (await PlanAsync()).Next);
        cluster.Objects.Put("/api/v1/nodes/one", Node("one"));
        Assert.Equal((PlanNext.Deliver, DeliveryNames.Agent), ((await PlanAsync()).Next, (await PlanAsync()).Delivery));
    }

    [Fact]
    public async Task Values_are_written_for_the_existing_collector()
    {
        tag = DeliveryNames.Values;
        var plan = await PlanAsync();
        Assert.Equal((PlanNext.Deliver, DeliveryNames.Values, Change.Created, 60), (plan.Next, plan.Delivery, plan.Change, plan.WaitSeconds));
        Assert.Equal("stack-prometheus", plan.RequireCollector().ServiceAccount);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"central-amp","uid":"u"}}""", "u", Causes.NamespaceForeign, FailureKind.Blocked)]
    [InlineData("""{"metadata":{"name":"central-amp","uid":"u","labels":{"app.kubernetes.io/managed-by":"central-amp"}}}""", null, Causes.NamespaceForeign, FailureKind.Blocked)]
    [InlineData("""{"metadata":{"name":"central-amp","uid":"u","labels":{"app.kubernetes.io/managed-by":"central-amp"}}}""", "another", Causes.NamespaceForeign, FailureKind.Blocked)]
    [InlineData("""{"metadata":{"name":"central-amp","uid":"u","deletionTimestamp":"2026-03-01T11:00:00Z","labels":{"app.kubernetes.io/managed-by":"central-amp"}}}""", "u", Causes.NamespaceTerminating, FailureKind.NotReady)]
    public async Task A_namespace_with_CentralAmps_name_that_cannot_be_used_is_reported(string @namespace, string? recorded, string cause, FailureKind kind)
    {
        item = Proofs.Empty().After(new FactsUpdate { NamespaceUid = recorded });
        cluster.Objects.Put(KubernetesPath.Namespace(AgentNames.Namespace), Parse(@namespace));
        tag = DeliveryNames.PrometheusAgent;
        var (plan, refusal) = await DecideAsync();
        Assert.Equal((cause, kind == FailureKind.NotReady), (refusal?.Cause ?? plan!.Cause, plan?.Next == PlanNext.Park));
    }

    [Fact]
    public async Task Resources_of_older_operators_lack_fields_and_are_planned()
    {
        cluster.Objects.Put(KubernetesPath.PrometheusAgent("team", "old"), Parse("""{"metadata":{"name":"old","namespace":"team"}}"""));
        cluster.Objects.Create(KubernetesPath.Prometheus("team", "old"), "helm", Parse("""{"metadata":{"name":"old","namespace":"team","annotations":{"central-amp/onboard":"false"}},"spec":{}}"""));
        Assert.Equal(DeliveryNames.Prometheus, (await PlanAsync()).Delivery);
    }

    private void Bare(int nodes)
    {
        cluster.Objects.Delete(Stack);
        cluster.HasOperator = false;
        foreach (var node in Enumerable.Range(0, nodes))
        {
            cluster.Objects.Put($"/api/v1/nodes/node-{node}", Node($"node-{node}"));
        }
    }

    private PlanObservation Observation() => new()
    {
        Cluster = Some.Cluster(),
        Described = Some.Described() with { Options = new ClusterOptions(AllowRestart: false, tag, Collector: collectorTag) },
        Settings = settings,
        Workspace = new Workspace(Some.WorkspaceArn, "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/"),
        Elapsed = elapsed,
        Parked = parked,
        Item = item,
    };

    private async Task<(OnboardingPlan? Plan, Failure? Refusal)> DecideAsync()
    {
        var observation = await CollectorObserver.ObserveAsync(Observation(), cluster, Proofs.NothingProven, TestContext.Current.CancellationToken);
        return OnboardingDecider.Decide(
            await CollectorObserver.WithPodIdentityAsync(observation, podIdentities, Some.Execution(), TestContext.Current.CancellationToken));
    }

    private async Task<OnboardingPlan> PlanAsync()
    {
        var (plan, refusal) = await DecideAsync();
        Assert.Null(refusal);
        return plan!;
    }

    private async Task<Failure> RefusalAsync()
    {
        var (plan, refusal) = await DecideAsync();
        Assert.Null(plan);
        return refusal!;
    }

    private static void Take(FakeCollectorCluster cluster, string body) => cluster.Objects.ForceApply(Stack, "terraform", Parse(body));

    private static JsonObject Node(string name) => Parse($$$"""{"metadata":{"name":"{{{name}}}"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}""");

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}
