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

/// <summary>Moves from one delivery to another: the new one is healthy before the old one ends, and ending it rolls no pods of another owner.</summary>
public sealed class MovingDeliveryTests : IDisposable
{
    private readonly DeliveryRun run = new();

    private FakeCollectorCluster Cluster => run.Cluster;

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task A_Prometheus_that_appears_takes_over_from_the_agent()
    {
        var stack = Cluster.Prometheus.DeepClone().AsObject();
        run.Bare();
        await run.RunAsync();

        Cluster.HasOperator = true;
        stack["metadata"]!.AsObject().Remove("managedFields");
        Cluster.Objects.Create(DeliveryRun.Stack, "helm", stack);
        Cluster.Reconcile();
        var plan = await run.PlanAsync();
        Assert.Equal(DeliveryNames.Prometheus, plan.Delivery);
        Assert.Equal([DeliveryNames.Agent], plan.Replaces.Select(replaced => replaced.Delivery));
        // If the new delivery fails, the old one must still get its credentials.
        var trust = ClusterTrust.For(Some.Cluster(), Some.Described(), plan.PlannedTrust(), Some.Settings).Hub;
        Assert.Contains(
            "[\"system:serviceaccount:monitoring:stack-prometheus\",\"system:serviceaccount:central-amp:central-amp-collector\"]", trust.TrustPolicy, StringComparison.Ordinal);
        Assert.Equal("system:serviceaccount:monitoring:stack-prometheus", trust.Subject);

        Cluster.PodsStart = false;
        await Assert.ThrowsAsync<NotReadyException>(() => run.RunAsync());
        Assert.True(run.Has(DeliveryRun.StatefulSet), "The old delivery runs until the new one is healthy.");

        Cluster.PodsStart = true;
        Cluster.Objects.Delete(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"));
        Cluster.Reconcile();
        await run.RunAsync();
        Assert.False(run.Has(DeliveryRun.StatefulSet) || run.Has(DeliveryRun.ConfigMap));
        Assert.Equal((Change.Unchanged, 0), ((await run.PlanAsync()).Change, (await run.PlanAsync()).Replaces.Length));
    }

    [Fact]
    public async Task The_agent_continues_until_the_new_Prometheus_runs()
    {
        var stack = Cluster.Prometheus.DeepClone().AsObject();
        run.Bare();
        await run.RunAsync();
        Cluster.HasOperator = true;
        stack["metadata"]!.AsObject().Remove("managedFields");
        Cluster.Objects.Delete(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"));
        Cluster.PodsStart = false;
        Cluster.Objects.Create(DeliveryRun.Stack, "helm", stack);
        var plan = await run.PlanAsync();
        Assert.Equal((PlanNext.Deliver, DeliveryNames.Agent, Change.Unchanged), (plan.Next, plan.Delivery, plan.Change));
    }

    [Fact]
    public async Task A_requested_agent_takes_over_from_the_stack_without_rolling_it()
    {
        await run.RunAsync();
        var rolled = Cluster.PodsRolled;
        run.Tag = DeliveryNames.PrometheusAgent;
        await run.RunAsync();
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
        Assert.Equal((rolled, true), (Cluster.PodsRolled, run.Has(DeliveryRun.PrometheusAgent)));
        Assert.Equal(Change.Unchanged, (await run.PlanAsync()).Change);

        // And back: the pods still have the identity.
        run.Tag = null;
        await run.RunAsync();
        Assert.Equal((rolled, false), (Cluster.PodsRolled, run.Has(DeliveryRun.PrometheusAgent)));
        Assert.Single(Cluster.Prometheus["spec"]!["remoteWrite"]!.AsArray());
        Assert.Equal(Change.Unchanged, (await run.PlanAsync()).Change);
    }

    [Fact]
    public async Task Another_Prometheus_that_the_tag_names_takes_over_and_the_first_stops_sending()
    {
        await run.RunAsync();
        Cluster.Objects.Create(KubernetesPath.Prometheus("monitoring", "second"), "helm", DeliveryRun.Parse(
            """{"metadata":{"name":"second","namespace":"monitoring"},"spec":{"replicas":1,"serviceAccountName":"stack-prometheus","storage":{"volumeClaimTemplate":{"spec":{}}}}}"""));
        var set = Cluster.Objects.Get(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"))!;
        Cluster.Objects.Put(KubernetesPath.StatefulSet("monitoring", "prometheus-second"), set);
        run.CollectorTag = "monitoring/second";
        var plan = await run.PlanAsync();
        Assert.Equal("second", plan.RequireCollector().Name);
        Assert.Equal("stack", Assert.Single(plan.Replaces).Collector.Name);
    }

    [Fact]
    public async Task Values_are_written_and_recognized_when_an_operator_has_merged_them()
    {
        run.Tag = DeliveryNames.Values;
        var (stack, account) = (Cluster.Prometheus.ToJsonString(), Cluster.ServiceAccount.ToJsonString());
        var result = (await run.RunAsync()) with { NamespaceUid = null };
        Assert.Equal(new DeliverRemoteWriteResult(Change.Created, Waits: true), result);
        Assert.Contains("central-amp", Cluster.Objects.Get(DeliveryRun.Values)!["data"]!["kube-prometheus-stack.yaml"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal((stack, account), (Cluster.Prometheus.ToJsonString(), Cluster.ServiceAccount.ToJsonString()));

        var waiting = await run.PlanAsync();
        Assert.Equal((PlanNext.Park, Causes.ValuesNotMerged), (waiting.Next, waiting.Cause));
        Assert.Contains("remote-write entry", waiting.Sentence, StringComparison.Ordinal);

        Merge();
        var merged = await run.PlanAsync();
        Assert.Equal((PlanNext.Deliver, DeliveryNames.Values, Change.Unchanged, 0), (merged.Next, merged.Delivery, merged.Change, merged.WaitSeconds));
        var writes = Cluster.Writes.Count;
        Assert.Equal(new DeliverRemoteWriteResult(Change.Unchanged), (await run.RunAsync()) with { NamespaceUid = null });
        Assert.Equal(writes, Cluster.Writes.Count);
    }

    [Fact]
    public async Task Values_merged_before_the_pods_have_the_role_are_reported_and_not_ready()
    {
        run.Tag = DeliveryNames.Values;
        await run.RunAsync();
        Cluster.WebhookWorks = false;
        Merge();
        var plan = await run.PlanAsync();
        // While it waits, and after the retry limit: an unchanged plan is not withdrawn.
        Assert.Equal((Change.Unchanged, PlanNext.Deliver), (plan.Change, plan.Next));
        Assert.Equal(Causes.PodsWithoutRole, (await Assert.ThrowsAsync<NotReadyException>(() => run.DeliverAsync(plan))).Cause);

        Cluster.WebhookWorks = true;
        Cluster.Objects.Delete(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"));
        Cluster.Reconcile();
        Assert.False((await run.DeliverAsync(plan)).Waits);
    }

    [Fact]
    public async Task Values_that_another_manager_prunes_are_restored_once_and_then_Blocked()
    {
        run.Tag = DeliveryNames.Values;
        await run.RunAsync();
        Cluster.Objects.Delete(DeliveryRun.Values);
        await run.RunAsync();
        Assert.True(run.Has(DeliveryRun.Values));
        Assert.Null(Cluster.Objects.Get(DeliveryRun.AgentAccount)!["metadata"]!["annotations"]![ManagedNames.ServiceAccountRoleAnnotation]);

        Cluster.Objects.Delete(DeliveryRun.Values);
        var (_, refusal) = await run.DecideAsync();
        Assert.Equal((FailureKind.Blocked, Causes.Reverted), (refusal!.Kind, refusal.Cause));
        Assert.Contains("central-amp/applied-values", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_cannot_be_counted_is_not_applied()
    {
        run.Tag = DeliveryNames.Values;
        var plan = await run.PlanAsync();
        await run.InstallAsync(plan);
        Cluster.Objects.Delete(DeliveryRun.AgentAccount);
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(() => run.DeliverAsync(plan))).Cause);
        Assert.False(run.Has(DeliveryRun.Values));
    }

    [Fact]
    public async Task Moving_to_another_delivery_and_back_does_not_count_as_a_revert()
    {
        run.Bare();
        Cluster.HasOperator = true;
        run.Tag = DeliveryNames.Agent;
        await run.RunAsync();
        Cluster.Objects.Delete(DeliveryRun.StatefulSet);
        foreach (var tag in (string[])[DeliveryNames.Agent, DeliveryNames.PrometheusAgent, DeliveryNames.Agent, DeliveryNames.PrometheusAgent])
        {
            run.Tag = tag;
            await run.RunAsync();
            Assert.Equal((tag == DeliveryNames.Agent, tag == DeliveryNames.PrometheusAgent), (run.Has(DeliveryRun.StatefulSet), run.Has(DeliveryRun.PrometheusAgent)));
        }

        // CentralAmp restores an object once after a move, as after any delivery.
        Cluster.Objects.Delete(DeliveryRun.PrometheusAgent);
        await run.RunAsync();
        Cluster.Objects.Delete(DeliveryRun.PrometheusAgent);
        Assert.Equal(Causes.Reverted, (await run.DecideAsync()).Refusal!.Cause);
    }

    [Fact]
    public async Task A_move_is_complete_only_after_the_pods_of_the_former_agent_have_ended()
    {
        var plan = await PlanMoveToStackAsync();
        Cluster.PodsTerminate = false;
        await AssertNotReadyTwiceAsync(plan, "central-amp-agent-0");
        Assert.False(run.Has(DeliveryRun.StatefulSet));

        Cluster.PodsTerminate = true;
        Cluster.Reconcile();
        var writes = Cluster.Writes.Count;
        Assert.Equal(Some.Noon, (await run.DeliverAsync(plan)).DeliveredAt);
        Assert.Equal(writes, Cluster.Writes.Count);
    }

    [Fact]
    public async Task A_move_is_complete_only_after_the_former_Prometheus_runs_without_CentralAmps_entry()
    {
        var plan = await PlanMoveFromStackAsync();
        Cluster.StackReloads = false;
        await AssertNotReadyTwiceAsync(plan, "still run CentralAmp's remote-write entry");

        Cluster.StackReloads = true;
        Cluster.Reconcile();
        Assert.Equal(Some.Noon, (await run.DeliverAsync(plan)).DeliveredAt);
    }

    [Fact]
    public async Task After_a_former_Prometheus_that_cannot_be_read_only_later_samples_count()
    {
        var plan = await PlanMoveFromStackAsync();
        Cluster.ProxyWorks = false;
        Assert.Equal(Some.Noon.AddMinutes(3), (await run.DeliverAsync(plan)).DeliveredAt);
    }

    [Fact]
    public async Task A_list_with_CentralAmps_entry_that_another_manager_also_owns_does_not_delay_the_move()
    {
        var plan = await PlanMoveFromStackAsync();
        run.TakeStack($$"""{"remoteWrite":{{Cluster.Prometheus["spec"]!["remoteWrite"]!.ToJsonString()}}}""");
        Assert.Equal(Some.Noon, (await run.DeliverAsync(plan)).DeliveredAt);
    }

    [Fact]
    public async Task A_healthy_new_delivery_is_not_withdrawn_while_the_former_one_ends_slowly()
    {
        var plan = await PlanMoveToStackAsync();
        Cluster.PodsTerminate = false;
        await Assert.ThrowsAsync<NotReadyException>(() => run.DeliverAsync(plan));
        Assert.Equal(Change.Unchanged, await run.WithdrawAsync(plan));
        Assert.Single(Cluster.Prometheus["spec"]!["remoteWrite"]!.AsArray());
    }

    [Fact]
    public async Task A_new_delivery_that_became_unhealthy_is_withdrawn()
    {
        var plan = await PlanMoveFromStackAsync();
        await run.DeliverAsync(plan);
        Assert.Equal(Change.Unchanged, await run.WithdrawAsync(plan));
        Cluster.PodsStart = false;
        Cluster.Objects.Delete(KubernetesPath.Pod("central-amp", "prom-agent-central-amp-0"));
        Cluster.Reconcile();
        Assert.Equal(Change.Updated, await run.WithdrawAsync(plan));
        Assert.False(run.Has(DeliveryRun.PrometheusAgent));
    }

    [Fact]
    public async Task Values_replace_CentralAmps_entry_so_that_the_source_can_have_it()
    {
        await run.RunAsync();
        run.Tag = DeliveryNames.Values;
        Assert.True((await run.RunAsync()).Waits);
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
        Merge();
        Assert.False((await run.RunAsync()).Waits);
    }

    [Fact]
    public async Task With_values_an_agent_continues_until_they_are_merged()
    {
        run.Tag = DeliveryNames.PrometheusAgent;
        await run.RunAsync();
        run.Tag = DeliveryNames.Values;
        Assert.True((await run.RunAsync()).Waits);
        Assert.True(run.Has(DeliveryRun.PrometheusAgent));
        Merge();
        await run.RunAsync();
        Assert.False(run.Has(DeliveryRun.PrometheusAgent));
    }

    [Fact]
    public async Task Withdrawn_values_are_removed()
    {
        run.Tag = DeliveryNames.Values;
        var plan = await run.PlanAsync();
        await run.RunAsync();
        Assert.Equal(Change.Updated, await run.WithdrawAsync(plan));
        Assert.False(run.Has(DeliveryRun.Values));
    }

    /// <summary>An agent sends, and a Prometheus has appeared.</summary>
    private async Task<OnboardingPlan> PlanMoveToStackAsync()
    {
        var stack = Cluster.Prometheus.DeepClone().AsObject();
        run.Bare();
        await run.RunAsync();
        Cluster.HasOperator = true;
        stack["metadata"]!.AsObject().Remove("managedFields");
        Cluster.Objects.Create(DeliveryRun.Stack, "helm", stack);
        Cluster.Reconcile();
        return await InstalledPlanAsync(DeliveryNames.Prometheus);
    }

    /// <summary>The stack sends, and the tag requests an agent.</summary>
    private async Task<OnboardingPlan> PlanMoveFromStackAsync()
    {
        await run.RunAsync();
        run.Tag = DeliveryNames.PrometheusAgent;
        return await InstalledPlanAsync(DeliveryNames.PrometheusAgent);
    }

    private async Task<OnboardingPlan> InstalledPlanAsync(string delivery)
    {
        var plan = await run.PlanAsync();
        Assert.Equal((delivery, 1), (plan.Delivery, plan.Replaces.Length));
        await run.InstallAsync(plan);
        return plan;
    }

    /// <summary>Both the first attempt and the next one, which has nothing more to end, are not ready.</summary>
    private async Task AssertNotReadyTwiceAsync(OnboardingPlan plan, string sentence)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failure = await Assert.ThrowsAsync<NotReadyException>(() => run.DeliverAsync(plan));
            Assert.Equal(Causes.NotReconciled, failure.Cause);
            Assert.Contains(sentence, failure.Sentence, StringComparison.Ordinal);
        }
    }

    private void Merge()
    {
        var plan = run.PlanAsync().GetAwaiter().GetResult();
        MergedValues.Into(Cluster, plan.RoleArn, plan.TargetWorkspace(), Some.Settings);
    }
}
