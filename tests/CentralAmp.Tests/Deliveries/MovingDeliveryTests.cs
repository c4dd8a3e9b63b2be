using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Deliveries;

/// <summary>From one delivery to another: the new one is healthy before the old one ends, and someone's pods are not rolled for the end of it.</summary>
public sealed class MovingDeliveryTests : IDisposable
{
    private readonly OwnDeliveries road = new();

    private FakeCollectorCluster Cluster => road.Cluster;

    public void Dispose() => road.Dispose();

    [Fact]
    public async Task A_Prometheus_that_appears_takes_over_from_the_agent()
    {
        var stack = Cluster.Prometheus.DeepClone().AsObject();
        road.Bare();
        await road.RunAsync();

        Cluster.HasOperator = true;
        stack["metadata"]!.AsObject().Remove("managedFields");
        Cluster.Objects.Create(OwnDeliveries.Stack, "helm", stack);
        Cluster.Reconcile();
        var plan = await road.PlanAsync();
        Assert.Equal(DeliveryNames.Prometheus, plan.Delivery);
        Assert.Equal([DeliveryNames.Agent], plan.Replaces.Select(replaced => replaced.Delivery));
        // Should the new one fail, the old one must still get its credentials.
        var trust = ClusterTrust.For(Some.Cluster(), Some.Described(), plan.PlannedTrust(), Some.Settings).Hub;
        Assert.Contains(
            "[\"system:serviceaccount:monitoring:stack-prometheus\",\"system:serviceaccount:central-amp:central-amp-collector\"]", trust.TrustPolicy, StringComparison.Ordinal);
        Assert.Equal("system:serviceaccount:monitoring:stack-prometheus", trust.Subject);

        Cluster.PodsStart = false;
        await Assert.ThrowsAsync<NotReadyException>(() => road.RunAsync());
        Assert.True(road.Has(OwnDeliveries.StatefulSet), "The old one runs until the new one is healthy.");

        Cluster.PodsStart = true;
        Cluster.Objects.Delete(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"));
        Cluster.Reconcile();
        await road.RunAsync();
        Assert.False(road.Has(OwnDeliveries.StatefulSet) || road.Has(OwnDeliveries.ConfigMap));
        Assert.Equal((Change.Unchanged, 0), ((await road.PlanAsync()).Change, (await road.PlanAsync()).Replaces.Length));
    }

    [Fact]
    public async Task Until_the_new_Prometheus_runs_the_agent_goes_on()
    {
        var stack = Cluster.Prometheus.DeepClone().AsObject();
        road.Bare();
        await road.RunAsync();
        Cluster.HasOperator = true;
        stack["metadata"]!.AsObject().Remove("managedFields");
        Cluster.Objects.Delete(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"));
        Cluster.PodsStart = false;
        Cluster.Objects.Create(OwnDeliveries.Stack, "helm", stack);
        var plan = await road.PlanAsync();
        Assert.Equal((PlanNext.Deliver, DeliveryNames.Agent, Change.Unchanged), (plan.Next, plan.Delivery, plan.Change));
    }

    [Fact]
    public async Task An_agent_that_is_asked_for_takes_over_from_the_stack_without_rolling_it()
    {
        await road.RunAsync();
        var rolled = Cluster.PodsRolled;
        road.Tag = DeliveryNames.PrometheusAgent;
        await road.RunAsync();
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
        Assert.Equal((rolled, true), (Cluster.PodsRolled, road.Has(OwnDeliveries.PrometheusAgent)));
        Assert.Equal(Change.Unchanged, (await road.PlanAsync()).Change);

        // And back, where the identity still is.
        road.Tag = null;
        await road.RunAsync();
        Assert.Equal((rolled, false), (Cluster.PodsRolled, road.Has(OwnDeliveries.PrometheusAgent)));
        Assert.Single(Cluster.Prometheus["spec"]!["remoteWrite"]!.AsArray());
        Assert.Equal(Change.Unchanged, (await road.PlanAsync()).Change);
    }

    [Fact]
    public async Task Another_Prometheus_that_is_named_takes_over_and_the_first_stops_sending()
    {
        await road.RunAsync();
        Cluster.Objects.Create(KubernetesPath.Prometheus("monitoring", "second"), "helm", OwnDeliveries.Parse(
            """{"metadata":{"name":"second","namespace":"monitoring","annotations":{"central-amp/onboard":"true"}},"spec":{"replicas":1,"serviceAccountName":"stack-prometheus","storage":{"volumeClaimTemplate":{"spec":{}}}}}"""));
        var set = Cluster.Objects.Get(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"))!;
        Cluster.Objects.Put(KubernetesPath.StatefulSet("monitoring", "prometheus-second"), set);
        var plan = await road.PlanAsync();
        Assert.Equal("second", plan.RequireCollector().Name);
        Assert.Equal("stack", Assert.Single(plan.Replaces).Collector.Name);
    }

    [Fact]
    public async Task Values_are_written_down_waited_for_and_recognized_when_merged()
    {
        road.Tag = DeliveryNames.Values;
        var (stack, account) = (Cluster.Prometheus.ToJsonString(), Cluster.ServiceAccount.ToJsonString());
        var result = await road.RunAsync();
        Assert.Equal(new DeliverRemoteWriteResult(Change.Created, Waits: true), result);
        Assert.Contains("central-amp", Cluster.Objects.Get(OwnDeliveries.Values)!["data"]!["kube-prometheus-stack.yaml"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal((stack, account), (Cluster.Prometheus.ToJsonString(), Cluster.ServiceAccount.ToJsonString()));

        var waiting = await road.PlanAsync();
        Assert.Equal((PlanNext.Park, Causes.ValuesNotMerged), (waiting.Next, waiting.Cause));
        Assert.Contains("remote-write entry", waiting.Sentence, StringComparison.Ordinal);

        Merge();
        var merged = await road.PlanAsync();
        Assert.Equal((PlanNext.Deliver, DeliveryNames.Values, Change.Unchanged, 0), (merged.Next, merged.Delivery, merged.Change, merged.WaitSeconds));
        var writes = Cluster.Writes.Count;
        Assert.Equal(new DeliverRemoteWriteResult(Change.Unchanged), await road.RunAsync());
        Assert.Equal(writes, Cluster.Writes.Count);
    }

    [Fact]
    public async Task What_people_merged_before_their_pods_had_the_role_is_said_and_waited_for()
    {
        road.Tag = DeliveryNames.Values;
        await road.RunAsync();
        Cluster.WebhookWorks = false;
        Merge();
        var plan = await road.PlanAsync();
        // As long as it waits, and when it has waited long enough; an unchanged plan is not withdrawn.
        Assert.Equal((Change.Unchanged, PlanNext.Deliver), (plan.Change, plan.Next));
        Assert.Equal(Causes.PodsWithoutRole, (await Assert.ThrowsAsync<NotReadyException>(() => road.DeliverAsync(plan))).Cause);

        Cluster.WebhookWorks = true;
        Cluster.Objects.Delete(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"));
        Cluster.Reconcile();
        Assert.False((await road.DeliverAsync(plan)).Waits);
    }

    [Fact]
    public async Task Values_that_someone_prunes_are_put_back_once_and_then_a_person_is_asked()
    {
        road.Tag = DeliveryNames.Values;
        await road.RunAsync();
        Cluster.Objects.Delete(OwnDeliveries.Values);
        await road.RunAsync();
        Assert.True(road.Has(OwnDeliveries.Values));
        Assert.Null(Cluster.Objects.Get(OwnDeliveries.OwnAccount)!["metadata"]!["annotations"]![ManagedNames.ServiceAccountRoleAnnotation]);

        Cluster.Objects.Delete(OwnDeliveries.Values);
        var (_, refusal) = await road.DecideAsync();
        Assert.Equal((FailureKind.Blocked, Causes.Reverted), (refusal!.Kind, refusal.Cause));
        Assert.Contains("central-amp/applied-values", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_counted_is_not_put_there()
    {
        road.Tag = DeliveryNames.Values;
        var plan = await road.PlanAsync();
        await road.InstallAsync(plan);
        Cluster.Objects.Delete(OwnDeliveries.OwnAccount);
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(() => road.DeliverAsync(plan))).Cause);
        Assert.False(road.Has(OwnDeliveries.Values));
    }

    [Fact]
    public async Task Moving_there_and_back_is_nobodys_revert()
    {
        road.Bare();
        Cluster.HasOperator = true;
        road.Tag = DeliveryNames.Agent;
        await road.RunAsync();
        Cluster.Objects.Delete(OwnDeliveries.StatefulSet);
        foreach (var tag in (string[])[DeliveryNames.Agent, DeliveryNames.PrometheusAgent, DeliveryNames.Agent, DeliveryNames.PrometheusAgent])
        {
            road.Tag = tag;
            await road.RunAsync();
            Assert.Equal((tag == DeliveryNames.Agent, tag == DeliveryNames.PrometheusAgent), (road.Has(OwnDeliveries.StatefulSet), road.Has(OwnDeliveries.PrometheusAgent)));
        }

        // What someone removes after a move is put back once, as after any delivery.
        Cluster.Objects.Delete(OwnDeliveries.PrometheusAgent);
        await road.RunAsync();
        Cluster.Objects.Delete(OwnDeliveries.PrometheusAgent);
        Assert.Equal(Causes.Reverted, (await road.DecideAsync()).Refusal!.Cause);
    }

    [Fact]
    public async Task A_move_is_over_only_when_the_pods_of_the_agent_before_have_ended()
    {
        var plan = await PlanMoveToStackAsync();
        Cluster.PodsTerminate = false;
        await WaitsAsync(plan, "central-amp-agent-0");
        Assert.False(road.Has(OwnDeliveries.StatefulSet));

        Cluster.PodsTerminate = true;
        Cluster.Reconcile();
        var writes = Cluster.Writes.Count;
        Assert.Equal(Some.Noon, (await road.DeliverAsync(plan)).DeliveredAt);
        Assert.Equal(writes, Cluster.Writes.Count);
    }

    [Fact]
    public async Task A_move_is_over_only_when_the_Prometheus_before_runs_without_our_entry()
    {
        var plan = await PlanMoveFromStackAsync();
        Cluster.StackReloads = false;
        await WaitsAsync(plan, "still run CentralAmp's remote-write entry");

        Cluster.StackReloads = true;
        Cluster.Reconcile();
        Assert.Equal(Some.Noon, (await road.DeliverAsync(plan)).DeliveredAt);
    }

    [Fact]
    public async Task A_Prometheus_before_that_cannot_be_asked_is_given_time_before_samples_count()
    {
        var plan = await PlanMoveFromStackAsync();
        Cluster.ProxyWorks = false;
        Assert.Equal(Some.Noon.AddMinutes(3), (await road.DeliverAsync(plan)).DeliveredAt);
    }

    [Fact]
    public async Task A_list_with_our_entry_that_is_someones_too_is_not_waited_for()
    {
        var plan = await PlanMoveFromStackAsync();
        road.TakeStack($$"""{"remoteWrite":{{Cluster.Prometheus["spec"]!["remoteWrite"]!.ToJsonString()}}}""");
        Assert.Equal(Some.Noon, (await road.DeliverAsync(plan)).DeliveredAt);
    }

    [Fact]
    public async Task What_took_over_and_works_is_not_taken_back_for_what_ends_slowly()
    {
        var plan = await PlanMoveToStackAsync();
        Cluster.PodsTerminate = false;
        await Assert.ThrowsAsync<NotReadyException>(() => road.DeliverAsync(plan));
        Assert.Equal(Change.Unchanged, await road.WithdrawAsync(plan));
        Assert.Single(Cluster.Prometheus["spec"]!["remoteWrite"]!.AsArray());
    }

    [Fact]
    public async Task What_took_over_and_works_no_more_is_taken_back()
    {
        var plan = await PlanMoveFromStackAsync();
        await road.DeliverAsync(plan);
        Assert.Equal(Change.Unchanged, await road.WithdrawAsync(plan));
        Cluster.PodsStart = false;
        Cluster.Objects.Delete(KubernetesPath.Pod("central-amp", "prom-agent-central-amp-0"));
        Cluster.Reconcile();
        Assert.Equal(Change.Updated, await road.WithdrawAsync(plan));
        Assert.False(road.Has(OwnDeliveries.PrometheusAgent));
    }

    [Fact]
    public async Task Values_replace_our_own_entry_so_that_the_source_can_have_it()
    {
        await road.RunAsync();
        road.Tag = DeliveryNames.Values;
        Assert.True((await road.RunAsync()).Waits);
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
        Merge();
        Assert.False((await road.RunAsync()).Waits);
    }

    [Fact]
    public async Task Values_keep_an_agent_going_until_they_are_merged()
    {
        road.Tag = DeliveryNames.PrometheusAgent;
        await road.RunAsync();
        road.Tag = DeliveryNames.Values;
        Assert.True((await road.RunAsync()).Waits);
        Assert.True(road.Has(OwnDeliveries.PrometheusAgent));
        Merge();
        await road.RunAsync();
        Assert.False(road.Has(OwnDeliveries.PrometheusAgent));
    }

    [Fact]
    public async Task Withdrawn_values_are_gone()
    {
        road.Tag = DeliveryNames.Values;
        var plan = await road.PlanAsync();
        await road.RunAsync();
        Assert.Equal(Change.Updated, await road.WithdrawAsync(plan));
        Assert.False(road.Has(OwnDeliveries.Values));
    }

    /// <summary>An agent sends, and a Prometheus appeared.</summary>
    private async Task<OnboardingPlan> PlanMoveToStackAsync()
    {
        var stack = Cluster.Prometheus.DeepClone().AsObject();
        road.Bare();
        await road.RunAsync();
        Cluster.HasOperator = true;
        stack["metadata"]!.AsObject().Remove("managedFields");
        Cluster.Objects.Create(OwnDeliveries.Stack, "helm", stack);
        Cluster.Reconcile();
        return await InstalledPlanAsync(DeliveryNames.Prometheus);
    }

    /// <summary>The stack sends, and an agent is asked for.</summary>
    private async Task<OnboardingPlan> PlanMoveFromStackAsync()
    {
        await road.RunAsync();
        road.Tag = DeliveryNames.PrometheusAgent;
        return await InstalledPlanAsync(DeliveryNames.PrometheusAgent);
    }

    private async Task<OnboardingPlan> InstalledPlanAsync(string delivery)
    {
        var plan = await road.PlanAsync();
        Assert.Equal((delivery, 1), (plan.Delivery, plan.Replaces.Length));
        await road.InstallAsync(plan);
        return plan;
    }

    /// <summary>At the first attempt, and at the next one, when nothing is left to end.</summary>
    private async Task WaitsAsync(OnboardingPlan plan, string forWhat)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failure = await Assert.ThrowsAsync<NotReadyException>(() => road.DeliverAsync(plan));
            Assert.Equal(Causes.NotReconciled, failure.Cause);
            Assert.Contains(forWhat, failure.Sentence, StringComparison.Ordinal);
        }
    }

    private void Merge()
    {
        var plan = road.PlanAsync().GetAwaiter().GetResult();
        MergedValues.Into(Cluster, plan.RoleArn, plan.TargetWorkspace(), Some.Settings);
    }
}
