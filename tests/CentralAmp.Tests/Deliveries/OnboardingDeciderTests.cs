using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Deliveries.Prometheus;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Routes;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Deliveries;

/// <summary>The plan. <c>CollectorObserver</c> reads the state from a fake cluster; the decision is pure.</summary>
public sealed class OnboardingDeciderTests : IDisposable
{
    private static readonly string Stack = KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, FakeCollectorCluster.Name);
    private static readonly string Account = KubernetesPath.ServiceAccount(FakeCollectorCluster.Namespace, FakeCollectorCluster.Account);
    private readonly FakeCollectorCluster cluster = new(replicas: 2);

    public void Dispose() => cluster.Dispose();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_plan_of_an_unchanged_stack_has_everything_that_later_steps_need()
    {
        var plan = await PlanAsync();
        Assert.Equal((PlanNext.Deliver, PlanStop.None, Change.Created, 0), (plan.Next, plan.Stop, plan.Change, plan.WaitSeconds));
        Assert.Equal(("prometheus", "direct", "shop.us-east-1.222222222222"), (plan.Delivery, plan.TrustMode, plan.ClusterLabel));
        var collector = plan.RequireCollector();
        Assert.Equal(("monitoring", "stack", "stack-prometheus", 2, 1), (collector.Namespace, collector.Name, collector.ServiceAccount, collector.Replicas, collector.Shards));
        Assert.Equal(["prometheus-stack-0", "prometheus-stack-1"], collector.Pods);
    }

    [Fact]
    public async Task A_dry_run_describes_the_changes_and_stops()
    {
        var plan = await PlanAsync(observation => observation with { DryRun = true });
        Assert.Equal((PlanNext.Stop, PlanStop.DryRun), (plan.Next, plan.Stop));
        Assert.Contains("pods to be rolled", plan.Sentence, StringComparison.Ordinal);
        Assert.NotNull(plan.Collector);
    }

    [Fact]
    public async Task A_dry_run_without_a_collector_stops_too()
    {
        cluster.Objects.Delete(Stack);
        var plan = await PlanAsync(observation => observation with { DryRun = true });
        Assert.Equal((PlanNext.Stop, PlanStop.DryRun), (plan.Next, plan.Stop));
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(120, 60)]
    [InlineData(800, 200)]
    [InlineData(100_000, 3600)]
    [InlineData(604_790, 10)]
    public async Task Waits_grow_with_the_elapsed_time_between_the_first_and_the_longest_wait(int elapsed, int wait)
    {
        cluster.Objects.Delete(Stack);
        var plan = await PlanAsync(observation => observation with { Elapsed = TimeSpan.FromSeconds(elapsed) });
        Assert.Equal((PlanNext.Park, wait), (plan.Next, plan.WaitSeconds));
        Assert.Null(plan.Collector);
    }

    [Fact]
    public async Task After_the_limit_the_execution_stops_waiting()
    {
        cluster.Objects.Delete(Stack);
        var plan = await PlanAsync(observation => observation with { Elapsed = TimeSpan.FromDays(7) });
        Assert.Equal((PlanNext.Stop, PlanStop.ParkedTooLong), (plan.Next, plan.Stop));
    }

    public static TheoryData<string, Action<FakeCollectorCluster>, string> Waiting => new()
    {
        { "no resource", cluster => cluster.Objects.Delete(Stack), "no Prometheus resource yet" },
        { "all opted out", cluster => Take(cluster, """{"metadata":{"annotations":{"central-amp/onboard":"false"}}}"""), "has central-amp/onboard=false" },
        { "no account", cluster => cluster.Objects.Delete(Account), "does not exist yet" },
        { "no replicas", cluster => Take(cluster, """{"spec":{"replicas":0}}"""), "has no replicas" },
        { "no pods", cluster => cluster.Objects.Delete(KubernetesPath.StatefulSet("monitoring", "prometheus-stack")), "has not created the pods" },
        { "pods not ready", Unready, "0 of 2 pods" },
    };

    [Theory]
    [MemberData(nameof(Waiting), DisableDiscoveryEnumeration = true)]
    public async Task A_collector_that_is_not_complete_yet_parks_the_execution(string name, Action<FakeCollectorCluster> change, string sentence)
    {
        change(cluster);
        var plan = await PlanAsync();
        Assert.True(plan.Next == PlanNext.Park, name);
        Assert.Contains(sentence, plan.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_without_the_operator_parks_the_execution()
    {
        var (plan, _) = OnboardingDecider.Decide(Observation());
        Assert.Equal(PlanNext.Park, plan!.Next);
        Assert.Contains("no Prometheus operator yet", plan.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_with_agents_only_parks_the_execution_and_the_sentence_names_them()
    {
        cluster.Objects.Delete(Stack);
        cluster.Objects.Create("/apis/x/prometheusagents/a", "helm", Named("a"));
        Assert.Contains("1 PrometheusAgent", (await PlanAsync()).Sentence, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<FakeCollectorCluster>, string, string> Refusals => new()
    {
        { "two resources", cluster => cluster.Objects.Create(KubernetesPath.Prometheus("monitoring", "second"), "helm", Named("second", "monitoring")), Causes.SeveralCollectors, "monitoring/second, monitoring/stack" },
        { "malformed", cluster => Take(cluster, """{"spec":{"replicas":"many"}}"""), Causes.CollectorMalformed, "spec.replicas" },
        { "paused", cluster => Take(cluster, """{"spec":{"paused":true}}"""), Causes.NotReconciled, "paused" },
        { "foreign role", cluster => TakeAccount(cluster, "arn:aws:iam::222222222222:role/foreign"), Causes.ServiceAccountForeignRole, "role/foreign, set by 'terraform'" },
        { "foreign list", cluster => Take(cluster, """{"spec":{"remoteWrite":[{"url":"https://elsewhere"}]}}"""), Causes.RemoteWriteForeign, "belongs to 'terraform'" },
        { "foreign empty list", cluster => Take(cluster, """{"spec":{"remoteWrite":[]}}"""), Causes.RemoteWriteForeign, "belongs to 'terraform'" },
        { "name taken", cluster => Take(cluster, """{"spec":{"remoteWrite":[{"name":"central-amp","url":"https://elsewhere"}]}}"""), Causes.EntryForeign, "named 'central-amp'" },
        { "reverted", cluster => Take(cluster, """{"metadata":{"annotations":{"central-amp/applied":"2"}}}"""), Causes.Reverted, "applied its remote-write entry" },
        { "emptyDir", cluster => cluster.Objects.Remove(Stack, "spec", "storage"), Causes.StorageNotPersistent, "emptyDir" },
    };

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public async Task A_change_of_foreign_fields_or_with_data_loss_is_refused(string name, Action<FakeCollectorCluster> change, string cause, string sentence)
    {
        // With an operator that supports agents, some of these clusters get one beside the Prometheus (DeliveryChoiceTests).
        cluster.HasAgentCrd = false;
        change(cluster);
        var (plan, refusal) = await DecideAsync();
        Assert.True(plan is null, name);
        Assert.Equal((FailureKind.Blocked, cause), (refusal!.Kind, refusal.Cause));
        Assert.Contains(sentence, refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_list_gets_the_entry_to_be_added_at_its_source_and_is_accepted_with_it()
    {
        Take(cluster, """{"spec":{"remoteWrite":[{"url":"https://elsewhere"}]}}""");
        cluster.HasAgentCrd = false;
        var (_, refusal) = await DecideAsync();
        Assert.Contains("and only then the entry", refusal!.Remedy, StringComparison.Ordinal);
        var printed = JsonNode.Parse(refusal.Remedy[refusal.Remedy.IndexOf('{', StringComparison.Ordinal)..])!.AsObject();
        Take(cluster, new JsonObject
        {
            ["spec"] = new JsonObject { ["remoteWrite"] = new JsonArray(new JsonObject { ["url"] = "https://elsewhere" }, printed) },
        }.ToJsonString());
        Assert.Equal(PlanNext.Deliver, (await PlanAsync()).Next);
    }

    [Fact]
    public async Task The_tag_accepts_that_data_in_an_emptyDir_is_lost()
    {
        cluster.Objects.Remove(Stack, "spec", "storage");
        var plan = await PlanAsync(observation => observation with { Described = observation.Described with { Options = new ClusterOptions(AllowRestart: true) } });
        Assert.Equal(PlanNext.Deliver, plan.Next);
    }

    [Fact]
    public async Task A_resource_that_opted_out_is_no_candidate()
    {
        cluster.Objects.Create(KubernetesPath.Prometheus("team", "second"), "helm", JsonNode.Parse(
            """{"metadata":{"name":"second","namespace":"team","annotations":{"central-amp/onboard":"false"}},"spec":{"replicas":1}}""")!.AsObject());
        Assert.Equal("stack", (await PlanAsync()).Collector!.Name);
    }

    [Fact]
    public async Task A_delivered_collector_is_unchanged_and_stays_chosen_when_a_second_appears()
    {
        await DeliverAsync();
        Assert.Equal(Change.Unchanged, (await PlanAsync()).Change);
        cluster.Objects.Create(KubernetesPath.Prometheus("team", "second"), "helm", Named("second", "team"));
        Assert.Equal((PlanNext.Deliver, "stack"), ((await PlanAsync()).Next, (await PlanAsync()).Collector!.Name));
    }

    [Fact]
    public async Task An_interrupted_delivery_continues_even_with_unready_pods()
    {
        cluster.Objects.Apply(Account, "central-amp", CollectorPatches.ServiceAccount(ServiceAccountResource.Read(cluster.ServiceAccount), Observation().RoleArn));
        Unready(cluster);
        var plan = await PlanAsync();
        Assert.Equal((PlanNext.Deliver, Change.Updated), (plan.Next, plan.Change));
    }

    [Fact]
    public async Task Defaults_that_the_server_adds_to_CentralAmps_entry_are_no_change()
    {
        await DeliverAsync();
        var entry = cluster.Prometheus["spec"]!["remoteWrite"]![0]!.DeepClone().AsObject();
        entry["sendExemplars"] = false;
        cluster.Objects.Apply(Stack, "central-amp", CollectorPatches.Prometheus(PrometheusResource.Read(cluster.Prometheus), 1, Observation().RoleArn, [entry]));
        Assert.Equal(Change.Unchanged, (await PlanAsync()).Change);
    }

    private static PlanObservation Observation() => new()
    {
        Cluster = Some.Cluster(),
        Described = Some.Described(),
        Settings = Some.Settings,
        Workspace = new Workspace(Some.WorkspaceArn, "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/"),
        Elapsed = TimeSpan.FromSeconds(30),
    };

    private async Task<(OnboardingPlan? Plan, Failure? Refusal)> DecideAsync(Func<PlanObservation, PlanObservation>? adjust = null)
    {
        var observation = adjust is null ? Observation() : adjust(Observation());
        return OnboardingDecider.Decide(await CollectorObserver.ObserveAsync(observation, cluster, Proofs.NothingProven, Cancelled));
    }

    private async Task<OnboardingPlan> PlanAsync(Func<PlanObservation, PlanObservation>? adjust = null)
    {
        var (plan, refusal) = await DecideAsync(adjust);
        Assert.Null(refusal);
        return plan!;
    }

    private async Task DeliverAsync()
    {
        var observation = await CollectorObserver.ObserveAsync(Observation(), cluster, Proofs.NothingProven, Cancelled);
        cluster.Objects.Apply(Account, "central-amp", CollectorPatches.ServiceAccount(observation.ServiceAccount!, observation.RoleArn));
        cluster.Objects.Apply(Stack, "central-amp", CollectorPatches.ApplyEntry(observation.Candidate, observation.Desired));
        cluster.Reconcile();
    }

    private static void Take(FakeCollectorCluster cluster, string body) =>
        cluster.Objects.ForceApply(Stack, "terraform", JsonNode.Parse(body)!.AsObject());

    private static void TakeAccount(FakeCollectorCluster cluster, string role) => cluster.Objects.ForceApply(
        Account, "terraform", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["eks.amazonaws.com/role-arn"] = role } } });

    private static void Unready(FakeCollectorCluster cluster)
    {
        cluster.Objects.Delete(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"));
        cluster.PodsStart = false;
        cluster.Reconcile();
    }

    private static JsonObject Named(string name, string @namespace = "monitoring") => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
        ["spec"] = new JsonObject { ["replicas"] = 1 },
    };
}
