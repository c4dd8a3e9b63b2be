using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Deliveries;

/// <summary>Agents of ours: made, repaired, taken back; and what is not ours stays as it is.</summary>
public sealed class OwnAgentTests : IDisposable
{
    private readonly OwnDeliveries road = new();

    private FakeCollectorCluster Cluster => road.Cluster;

    public void Dispose() => road.Dispose();

    public static TheoryData<string> Flavours => [DeliveryNames.Agent, DeliveryNames.PrometheusAgent];

    [Theory]
    [MemberData(nameof(Flavours))]
    public async Task An_agent_is_made_and_a_second_run_writes_nothing(string delivery)
    {
        Ask(delivery);
        var stack = Cluster.ServiceAccount.ToJsonString();
        Assert.Equal(new DeliverRemoteWriteResult(Change.Created, Some.Noon), await road.RunAsync());
        Assert.Equal(delivery == DeliveryNames.Agent, road.Has(OwnDeliveries.StatefulSet));
        Assert.Equal(delivery == DeliveryNames.PrometheusAgent, road.Has(OwnDeliveries.PrometheusAgent));

        var (writes, plan) = (Cluster.Writes.Count, await road.PlanAsync());
        Assert.Equal((Change.Unchanged, 0), (plan.Change, plan.Replaces.Length));
        Assert.Equal(new DeliverRemoteWriteResult(Change.Unchanged), await road.RunAsync());
        Assert.Equal(writes, Cluster.Writes.Count);
        Assert.Equal(stack, Cluster.ServiceAccount.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Flavours))]
    public async Task A_withdrawn_agent_leaves_nothing_that_runs(string delivery)
    {
        Ask(delivery);
        Cluster.PodsStart = false;
        Assert.Equal(Causes.PodsNotReady, (await Assert.ThrowsAsync<NotReadyException>(() => road.RunAsync())).Cause);
        var plan = await road.PlanAsync();
        Assert.Equal(Change.Updated, await road.WithdrawAsync(plan));
        Assert.Equal(Change.Unchanged, await road.WithdrawAsync(plan));
        Assert.False(road.Has(OwnDeliveries.StatefulSet) || road.Has(OwnDeliveries.ConfigMap) || road.Has(OwnDeliveries.PrometheusAgent));
        Assert.Null(Cluster.Objects.Get(OwnDeliveries.OwnAccount)!["metadata"]!["annotations"]![ManagedNames.AppliedAnnotationOf(delivery)]);
    }

    [Theory]
    [MemberData(nameof(Flavours))]
    public async Task What_someone_deletes_is_put_back_once_and_then_a_person_is_asked(string delivery)
    {
        Ask(delivery);
        await road.RunAsync();
        var workload = delivery == DeliveryNames.Agent ? OwnDeliveries.StatefulSet : OwnDeliveries.PrometheusAgent;
        Cluster.Objects.Delete(workload);
        Cluster.Reconcile();
        // Where both flavours are possible nothing tells which it was: the tag does.
        road.Tag = delivery;
        Assert.Equal(Change.Updated, (await road.RunAsync()).Change == Change.Unchanged ? Change.Unchanged : Change.Updated);
        Assert.True(road.Has(workload));

        Cluster.Objects.Delete(workload);
        Cluster.Reconcile();
        var (_, refusal) = await road.DecideAsync();
        Assert.Equal((FailureKind.Blocked, Causes.Reverted), (refusal!.Kind, refusal.Cause));
    }

    [Fact]
    public async Task An_operator_that_knows_no_ScrapeConfigs_yet_gets_an_agent_without_their_selectors()
    {
        Ask(DeliveryNames.PrometheusAgent);
        foreach (var field in (string[])["scrapeConfigSelector", "scrapeConfigNamespaceSelector"])
        {
            Cluster.FailOnce($"PATCH {OwnDeliveries.PrometheusAgent}", 500, message: $"failed to create typed patch object (central-amp/x; y, Kind=PrometheusAgent): .spec.{field}: field not declared in schema");
        }

        Assert.Equal(Change.Created, (await road.RunAsync()).Change);
        var spec = Cluster.Objects.Get(OwnDeliveries.PrometheusAgent)!["spec"]!.AsObject();
        Assert.True(spec.ContainsKey("probeSelector"));
        Assert.False(spec.ContainsKey("scrapeConfigSelector") || spec.ContainsKey("scrapeConfigNamespaceSelector"));
        Assert.Equal(Change.Unchanged, (await road.RunAsync()).Change);
    }

    [Fact]
    public async Task What_someone_changes_is_put_back_whoever_owns_the_field()
    {
        Ask(DeliveryNames.Agent);
        await road.RunAsync();
        Cluster.Objects.ForceApply(OwnDeliveries.StatefulSet, "kubectl-edit", OwnDeliveries.Parse("""{"spec":{"replicas":3}}"""));
        Assert.Equal(Change.Updated, (await road.PlanAsync()).Change);
        await road.RunAsync();
        Assert.Equal("1", Cluster.Objects.Get(OwnDeliveries.StatefulSet)!["spec"]!["replicas"]!.ToString());
        Assert.Equal(Change.Unchanged, (await road.PlanAsync()).Change);
    }

    [Fact]
    public async Task Fields_that_an_older_CRD_drops_are_nobodys_change()
    {
        Ask(DeliveryNames.PrometheusAgent);
        await road.RunAsync();
        Cluster.Objects.Remove(OwnDeliveries.PrometheusAgent, "spec", "scrapeConfigSelector");
        Assert.Equal(Change.Unchanged, (await road.PlanAsync()).Change);
    }

    [Fact]
    public async Task Another_image_rolls_our_own_pod_and_is_not_counted_as_a_revert()
    {
        Ask(DeliveryNames.Agent);
        await road.RunAsync();
        foreach (var version in (string[])["v3.5.1", "v3.5.2", "v3.5.3"])
        {
            road.Settings = road.Settings with { AgentImage = $"quay.io/prometheus/prometheus:{version}" };
            Assert.Equal(Change.Updated, (await road.RunAsync()).Change);
        }

        Assert.Equal("1", Cluster.Objects.Get(OwnDeliveries.OwnAccount)!["metadata"]!["annotations"]![ManagedNames.AppliedAnnotationOf(DeliveryNames.Agent)]!.ToString());
    }

    [Fact]
    public async Task A_pod_that_came_up_without_the_role_ends_the_delivery()
    {
        Ask(DeliveryNames.Agent);
        Cluster.WebhookWorks = false;
        Assert.Equal(Causes.PodsWithoutRole, (await Assert.ThrowsAsync<BlockedException>(() => road.RunAsync())).Cause);
    }

    [Theory]
    [InlineData("create Pod central-amp-agent-0 failed: pods \"central-amp-agent-0\" is forbidden: violates PodSecurity \"restricted:latest\": unrestricted capabilities", Causes.PodSecurityViolated)]
    [InlineData("create Pod central-amp-agent-0 failed: pods \"central-amp-agent-0\" is forbidden: exceeded quota: compute, requested: limits.memory=2Gi", Causes.NamespaceQuotaExceeded)]
    public async Task Pods_that_the_cluster_refuses_are_a_persons_to_allow(string message, string cause)
    {
        Ask(DeliveryNames.Agent);
        Cluster.PodsAreRefused = message;
        var failure = await Assert.ThrowsAsync<BlockedException>(() => road.RunAsync());
        Assert.Equal(cause, failure.Cause);
        Assert.Contains(message[..40], failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Flavours))]
    public async Task What_was_refused_to_a_collector_before_is_not_held_against_the_one_that_is_there_now(string delivery)
    {
        Ask(delivery);
        Cluster.PodsAreRefused = "create Pod failed: pods is forbidden: exceeded quota: compute, requested: limits.memory=2Gi";
        var plan = await road.PlanAsync();
        await Assert.ThrowsAsync<BlockedException>(() => road.RunAsync());
        await road.WithdrawAsync(plan);

        Cluster.PodsAreRefused = "";
        Assert.NotEqual(Causes.NamespaceQuotaExceeded, (await Assert.ThrowsAsync<NotReadyException>(() => road.RunAsync())).Cause);
    }

    [Fact]
    public async Task What_was_refused_before_the_execution_may_be_allowed_by_now()
    {
        Ask(DeliveryNames.Agent);
        Cluster.PodsAreRefused = "create Pod failed: pods is forbidden: exceeded quota: compute, requested: limits.memory=2Gi";
        Cluster.PodsAreRefusedAt = Some.Noon.AddMinutes(-5);
        Assert.Equal(Causes.NamespaceQuotaExceeded, (await Assert.ThrowsAsync<NotReadyException>(() => road.RunAsync())).Cause);
        Cluster.PodsAreRefused = null;
        Cluster.Reconcile();
        await road.RunAsync();
    }

    [Fact]
    public async Task An_agent_that_is_there_does_not_ask_for_nodes()
    {
        Ask(DeliveryNames.Agent);
        road.Tag = DeliveryNames.Agent;
        await road.RunAsync();
        Cluster.FailOnce($"GET {KubernetesPath.Nodes}", new IOException("asked"));
        Assert.Equal(Change.Unchanged, (await road.PlanAsync()).Change);
        Cluster.Objects.Delete(OwnDeliveries.StatefulSet);
        Cluster.Objects.Delete(OwnDeliveries.ConfigMap);
        await Assert.ThrowsAsync<IOException>(() => road.PlanAsync());
    }

    [Theory]
    [InlineData(403, "admission webhook \"policy.example\" denied the request: image not allowed", Causes.AdmissionDenied)]
    [InlineData(422, "StatefulSet.apps \"central-amp-agent\" is invalid: spec.template", Causes.KubernetesRejected)]
    public async Task An_object_that_the_cluster_refuses_is_said_in_its_words(int status, string message, string cause)
    {
        Ask(DeliveryNames.Agent);
        Cluster.FailOnce($"PATCH {OwnDeliveries.StatefulSet}", status, "Forbidden", message);
        var failure = await Assert.ThrowsAsync<BlockedException>(() => road.RunAsync());
        Assert.Equal(cause, failure.Cause);
        Assert.Contains(message, failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_of_the_same_name_that_is_not_ours_is_not_touched()
    {
        Ask(DeliveryNames.Agent);
        Cluster.Objects.Create(KubernetesPath.Namespace(AgentNames.Namespace), "central-amp", AgentManifests.Namespace());
        Cluster.Objects.Create(OwnDeliveries.StatefulSet, "someone", OwnDeliveries.Parse("""{"metadata":{"name":"central-amp-agent","namespace":"central-amp"},"spec":{"replicas":7}}"""));
        Assert.Equal(Causes.KubernetesConflict, (await road.DecideAsync()).Refusal!.Cause);
    }

    [Fact]
    public async Task A_namespace_of_that_name_that_is_not_ours_is_not_used()
    {
        Ask(DeliveryNames.Agent);
        Cluster.Objects.Create(KubernetesPath.Namespace(AgentNames.Namespace), "someone", OwnDeliveries.Parse("""{"metadata":{"name":"central-amp"}}"""));
        Assert.Equal(Causes.KubernetesConflict, (await road.DecideAsync()).Refusal!.Cause);
    }

    [Fact]
    public async Task A_service_account_that_disappears_is_waited_for_and_restored_by_the_next_run()
    {
        Ask(DeliveryNames.Agent);
        await road.RunAsync();
        Cluster.Objects.Delete(OwnDeliveries.OwnAccount);
        Cluster.Reconcile();
        await road.RunAsync();
        Assert.True(road.Has(OwnDeliveries.OwnAccount));
    }

    [Fact]
    public async Task What_the_operator_complains_about_in_our_agent_is_said()
    {
        Ask(DeliveryNames.PrometheusAgent);
        await road.RunAsync();
        Cluster.Objects.ForceApply(OwnDeliveries.PrometheusAgent, "operator", OwnDeliveries.Parse("""{"status":{"conditions":[{"type":"Reconciled","status":"False","message":"no such field"}]}}"""));
        Assert.Contains("no such field", (await Assert.ThrowsAsync<NotReadyException>(() => road.RunAsync())).Sentence, StringComparison.Ordinal);
    }

    private void Ask(string delivery)
    {
        if (delivery == DeliveryNames.Agent)
        {
            road.Bare();
        }
        else
        {
            road.TakeStack("""{"remoteWrite":[{"url":"https://elsewhere"}]}""");
        }
    }
}
