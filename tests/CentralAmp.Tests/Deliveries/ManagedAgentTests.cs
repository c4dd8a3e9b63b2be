using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Deliveries;

/// <summary>CentralAmp creates, repairs and withdraws its agents, and does not change foreign objects.</summary>
public sealed class ManagedAgentTests : IDisposable
{
    private readonly DeliveryRun run = new();

    private FakeCollectorCluster Cluster => run.Cluster;

    public void Dispose() => run.Dispose();

    public static TheoryData<string> AgentDeliveries => [DeliveryNames.Agent, DeliveryNames.PrometheusAgent];

    [Theory]
    [MemberData(nameof(AgentDeliveries))]
    public async Task An_agent_is_created_and_a_second_run_writes_nothing(string delivery)
    {
        Ask(delivery);
        var stack = Cluster.ServiceAccount.ToJsonString();
        Assert.Equal(new DeliverRemoteWriteResult(Change.Created, Some.Noon), (await run.RunAsync()) with { NamespaceUid = null });
        Assert.Equal(delivery == DeliveryNames.Agent, run.Has(DeliveryRun.StatefulSet));
        Assert.Equal(delivery == DeliveryNames.PrometheusAgent, run.Has(DeliveryRun.PrometheusAgent));

        var (writes, plan) = (Cluster.Writes.Count, await run.PlanAsync());
        Assert.Equal((Change.Unchanged, 0), (plan.Change, plan.Replaces.Length));
        Assert.Equal(new DeliverRemoteWriteResult(Change.Unchanged), (await run.RunAsync()) with { NamespaceUid = null });
        Assert.Equal(writes, Cluster.Writes.Count);
        Assert.Equal(stack, Cluster.ServiceAccount.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(AgentDeliveries))]
    public async Task After_the_withdrawal_of_an_agent_nothing_of_it_runs(string delivery)
    {
        Ask(delivery);
        Cluster.PodsStart = false;
        Assert.Equal(Causes.PodsNotReady, (await Assert.ThrowsAsync<NotReadyException>(() => run.RunAsync())).Cause);
        var plan = await run.PlanAsync();
        Assert.Equal(Change.Updated, await run.WithdrawAsync(plan));
        Assert.Equal(Change.Unchanged, await run.WithdrawAsync(plan));
        Assert.False(run.Has(DeliveryRun.StatefulSet) || run.Has(DeliveryRun.ConfigMap) || run.Has(DeliveryRun.PrometheusAgent));
        Assert.Null(Cluster.Objects.Get(DeliveryRun.AgentAccount)!["metadata"]!["annotations"]![ManagedNames.AppliedAnnotationOf(delivery)]);
    }

    [Theory]
    [MemberData(nameof(AgentDeliveries))]
    public async Task A_deleted_workload_is_restored_once_and_then_Blocked(string delivery)
    {
        Ask(delivery);
        await run.RunAsync();
        var workload = delivery == DeliveryNames.Agent ? DeliveryRun.StatefulSet : DeliveryRun.PrometheusAgent;
        Cluster.Objects.Delete(workload);
        Cluster.Reconcile();
        // Where both kinds of agents are possible, only the tag selects the one that was deleted.
        run.Tag = delivery;
        Assert.Equal(Change.Updated, (await run.RunAsync()).Change == Change.Unchanged ? Change.Unchanged : Change.Updated);
        Assert.True(run.Has(workload));

        Cluster.Objects.Delete(workload);
        Cluster.Reconcile();
        var (_, refusal) = await run.DecideAsync();
        Assert.Equal((FailureKind.Blocked, Causes.Reverted), (refusal!.Kind, refusal.Cause));
    }

    [Fact]
    public async Task An_operator_without_ScrapeConfigs_gets_an_agent_without_their_selectors()
    {
        Ask(DeliveryNames.PrometheusAgent);
        Select("""{"probeSelector":{},"scrapeConfigSelector":{}}""");
        foreach (var field in (string[])["scrapeConfigSelector", "scrapeConfigNamespaceSelector"])
        {
            Cluster.FailOnce($"PATCH {DeliveryRun.PrometheusAgent}", 500, message: $"failed to create typed patch object (central-amp/x; y, Kind=PrometheusAgent): .spec.{field}: field not declared in schema");
        }

        Assert.Equal(Change.Created, (await run.RunAsync()).Change);
        var spec = Cluster.Objects.Get(DeliveryRun.PrometheusAgent)!["spec"]!.AsObject();
        Assert.True(spec.ContainsKey("probeSelector"));
        Assert.False(spec.ContainsKey("scrapeConfigSelector") || spec.ContainsKey("scrapeConfigNamespaceSelector"));
        Assert.Equal(Change.Unchanged, (await run.RunAsync()).Change);
    }

    [Fact]
    public async Task A_changed_field_is_restored_although_another_manager_owns_it()
    {
        Ask(DeliveryNames.Agent);
        await run.RunAsync();
        Cluster.Objects.ForceApply(DeliveryRun.StatefulSet, "kubectl-edit", DeliveryRun.Parse("""{"spec":{"replicas":3}}"""));
        Assert.Equal(Change.Updated, (await run.PlanAsync()).Change);
        await run.RunAsync();
        Assert.Equal("1", Cluster.Objects.Get(DeliveryRun.StatefulSet)!["spec"]!["replicas"]!.ToString());
        Assert.Equal(Change.Unchanged, (await run.PlanAsync()).Change);
    }

    [Fact]
    public async Task Fields_that_an_older_CRD_drops_are_no_change_by_another_manager()
    {
        Ask(DeliveryNames.PrometheusAgent);
        Select("""{"scrapeConfigSelector":{}}""");
        await run.RunAsync();
        Cluster.Objects.Remove(DeliveryRun.PrometheusAgent, "spec", "scrapeConfigSelector");
        Assert.Equal(Change.Unchanged, (await run.PlanAsync()).Change);
    }

    [Fact]
    public async Task Another_image_rolls_the_agents_pod_and_is_not_counted_as_a_revert()
    {
        Ask(DeliveryNames.Agent);
        await run.RunAsync();
        foreach (var version in (string[])["v3.5.1", "v3.5.2", "v3.5.3"])
        {
            run.Settings = run.Settings with { AgentImage = $"quay.io/prometheus/prometheus:{version}" };
            Assert.Equal(Change.Updated, (await run.RunAsync()).Change);
        }

        Assert.Equal("1", Cluster.Objects.Get(DeliveryRun.AgentAccount)!["metadata"]!["annotations"]![ManagedNames.AppliedAnnotationOf(DeliveryNames.Agent)]!.ToString());
    }

    [Fact]
    public async Task A_pod_that_started_without_the_role_ends_the_delivery()
    {
        Ask(DeliveryNames.Agent);
        Cluster.WebhookWorks = false;
        Assert.Equal(Causes.PodsWithoutRole, (await Assert.ThrowsAsync<BlockedException>(() => run.RunAsync())).Cause);
    }

    [Theory]
    [InlineData("create Pod central-amp-agent-0 failed: pods \"central-amp-agent-0\" is forbidden: violates PodSecurity \"restricted:latest\": unrestricted capabilities", Causes.PodSecurityViolated)]
    [InlineData("create Pod central-amp-agent-0 failed: pods \"central-amp-agent-0\" is forbidden: exceeded quota: compute, requested: limits.memory=2Gi", Causes.NamespaceQuotaExceeded)]
    public async Task Pods_that_the_cluster_refuses_are_Blocked_until_an_operator_allows_them(string message, string cause)
    {
        Ask(DeliveryNames.Agent);
        Cluster.PodsAreRefused = message;
        var failure = await Assert.ThrowsAsync<BlockedException>(() => run.RunAsync());
        Assert.Equal(cause, failure.Cause);
        Assert.Contains(message[..40], failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AgentDeliveries))]
    public async Task A_refusal_of_a_former_collectors_pods_does_not_count_for_the_current_collector(string delivery)
    {
        Ask(delivery);
        Cluster.PodsAreRefused = "create Pod failed: pods is forbidden: exceeded quota: compute, requested: limits.memory=2Gi";
        var plan = await run.PlanAsync();
        await Assert.ThrowsAsync<BlockedException>(() => run.RunAsync());
        await run.WithdrawAsync(plan);

        Cluster.PodsAreRefused = "";
        Assert.NotEqual(Causes.NamespaceQuotaExceeded, (await Assert.ThrowsAsync<NotReadyException>(() => run.RunAsync())).Cause);
    }

    [Fact]
    public async Task A_refusal_from_before_the_execution_is_not_final()
    {
        Ask(DeliveryNames.Agent);
        Cluster.PodsAreRefused = "create Pod failed: pods is forbidden: exceeded quota: compute, requested: limits.memory=2Gi";
        Cluster.PodsAreRefusedAt = Some.Noon.AddMinutes(-5);
        Assert.Equal(Causes.NamespaceQuotaExceeded, (await Assert.ThrowsAsync<NotReadyException>(() => run.RunAsync())).Cause);
        Cluster.PodsAreRefused = null;
        Cluster.Reconcile();
        await run.RunAsync();
    }

    [Fact]
    public async Task For_an_existing_agent_the_nodes_are_not_read()
    {
        Ask(DeliveryNames.Agent);
        run.Tag = DeliveryNames.Agent;
        await run.RunAsync();
        Cluster.FailOnce($"GET {KubernetesPath.Nodes}", new IOException("asked"));
        Assert.Equal(Change.Unchanged, (await run.PlanAsync()).Change);
        Cluster.Objects.Delete(DeliveryRun.StatefulSet);
        Cluster.Objects.Delete(DeliveryRun.ConfigMap);
        await Assert.ThrowsAsync<IOException>(() => run.PlanAsync());
    }

    [Theory]
    [InlineData(403, "admission webhook \"policy.example\" denied the request: image not allowed", Causes.AdmissionDenied)]
    [InlineData(422, "StatefulSet.apps \"central-amp-agent\" is invalid: spec.template", Causes.KubernetesRejected)]
    public async Task A_refusal_of_the_API_server_is_quoted(int status, string message, string cause)
    {
        Ask(DeliveryNames.Agent);
        Cluster.FailOnce($"PATCH {DeliveryRun.StatefulSet}", status, "Forbidden", message);
        var failure = await Assert.ThrowsAsync<BlockedException>(() => run.RunAsync());
        Assert.Equal(cause, failure.Cause);
        Assert.Contains(message, failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_object_with_the_same_name_is_not_changed()
    {
        Ask(DeliveryNames.Agent);
        await run.InstallAsync(await run.PlanAsync());
        Cluster.Objects.Create(DeliveryRun.StatefulSet, "another-manager", DeliveryRun.Parse("""{"metadata":{"name":"central-amp-agent","namespace":"central-amp"},"spec":{"replicas":7}}"""));
        Assert.Equal(Causes.KubernetesConflict, (await run.DecideAsync()).Refusal!.Cause);
    }

    [Fact]
    public async Task A_foreign_namespace_with_the_same_name_is_not_used()
    {
        Ask(DeliveryNames.Agent);
        Cluster.Objects.Create(KubernetesPath.Namespace(AgentNames.Namespace), "another-manager", DeliveryRun.Parse("""{"metadata":{"name":"central-amp"}}"""));
        Assert.Equal(Causes.NamespaceForeign, (await run.DecideAsync()).Refusal!.Cause);
    }

    [Fact]
    public async Task A_service_account_that_disappears_is_restored_by_the_next_run()
    {
        Ask(DeliveryNames.Agent);
        await run.RunAsync();
        Cluster.Objects.Delete(DeliveryRun.AgentAccount);
        Cluster.Reconcile();
        await run.RunAsync();
        Assert.True(run.Has(DeliveryRun.AgentAccount));
    }

    [Fact]
    public async Task An_error_of_the_operator_with_the_agent_is_reported()
    {
        Ask(DeliveryNames.PrometheusAgent);
        await run.RunAsync();
        Cluster.Objects.ForceApply(DeliveryRun.PrometheusAgent, "operator", DeliveryRun.Parse("""{"status":{"conditions":[{"type":"Reconciled","status":"False","message":"no such field"}]}}"""));
        Assert.Contains("no such field", (await Assert.ThrowsAsync<NotReadyException>(() => run.RunAsync())).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operators_agent_denies_files_and_selects_what_the_Prometheus_beside_it_selects()
    {
        Ask(DeliveryNames.PrometheusAgent);
        Select("""{"serviceMonitorSelector":{"matchLabels":{"release":"stack"}},"serviceMonitorNamespaceSelector":{"matchLabels":{"team":"a"}},"podMonitorSelector":{}}""");
        await run.RunAsync();
        var spec = Agent;
        Assert.True(spec["arbitraryFSAccessThroughSMs"]!["deny"]!.GetValue<bool>());
        Assert.Equal("""{"matchLabels":{"release":"stack"}}""", spec["serviceMonitorSelector"]!.ToJsonString());
        Assert.Equal("""{"matchLabels":{"team":"a"}}""", spec["serviceMonitorNamespaceSelector"]!.ToJsonString());
        // Without a namespace selector, the Prometheus selects its own namespace.
        Assert.Equal(("{}", """{"matchLabels":{"kubernetes.io/metadata.name":"monitoring"}}"""), (spec["podMonitorSelector"]!.ToJsonString(), spec["podMonitorNamespaceSelector"]!.ToJsonString()));
        Assert.False(spec.ContainsKey("probeSelector") || spec.ContainsKey("scrapeConfigSelector"));
        Assert.Equal((AgentNames.ScrapeJobs, AgentNames.ScrapeJobsKey), (spec["additionalScrapeConfigs"]!["name"]!.ToString(), spec["additionalScrapeConfigs"]!["key"]!.ToString()));
        Assert.True(run.Has(KubernetesPath.Secret(AgentNames.Namespace, AgentNames.ScrapeJobs)));

        Select("""{"serviceMonitorSelector":{}}""");
        Assert.Equal(Change.Updated, (await run.PlanAsync()).Change);
        await run.RunAsync();
        Assert.Equal("{}", Agent["serviceMonitorSelector"]!.ToJsonString());
        Assert.Equal(Change.Unchanged, (await run.PlanAsync()).Change);
    }

    [Fact]
    public async Task Beside_a_Prometheus_without_selectors_an_agent_selects_no_monitor()
    {
        Ask(DeliveryNames.PrometheusAgent);
        await run.RunAsync();
        Assert.Equal("Exists", Agent["serviceMonitorSelector"]!["matchExpressions"]![0]!["operator"]!.ToString());
        Assert.False(Agent.ContainsKey("podMonitorSelector"));
    }

    [Fact]
    public async Task Monitors_that_an_agent_rejects_are_named_in_the_plan()
    {
        Ask(DeliveryNames.PrometheusAgent);
        Select("""{"serviceMonitorSelector":{"matchExpressions":[{"key":"release","operator":"In","values":["stack"]}]},"serviceMonitorNamespaceSelector":{}}""");
        Monitor("kubelet", "stack", """{"bearerTokenFile":"/var/run/secrets/kubernetes.io/serviceaccount/token"}""");
        Monitor("etcd", "stack", """{"tlsConfig":{"caFile":"/etc/ca"}}""");
        Monitor("shop", "stack", """{"port":"http"}""");
        Monitor("of-others", "team", """{"bearerTokenFile":"/token"}""");
        var warning = Assert.Single((await run.PlanAsync()).Warnings);
        Assert.Contains("ServiceMonitor 'monitoring/etcd', 'monitoring/kubelet': they read files", warning, StringComparison.Ordinal);
        foreach (var n in Enumerable.Range(0, 30))
        {
            Monitor($"more-{n}", "stack", """{"bearerTokenFile":"/token"}""");
        }

        Assert.Contains(" and 22 more: they read files", Assert.Single((await run.PlanAsync()).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Selectors_that_are_too_long_for_the_plan_are_refused_with_the_number()
    {
        Ask(DeliveryNames.PrometheusAgent);
        run.Tag = DeliveryNames.PrometheusAgent;
        Select($$$$"""{"serviceMonitorSelector":{"matchLabels":{"release":"{{{{new string('x', 4096)}}}}"}}}""");
        var (_, refusal) = await run.DecideAsync();
        Assert.Equal((FailureKind.Blocked, Causes.CollectorMalformed), (refusal!.Kind, refusal.Cause));
        Assert.Contains("longer than 4096 characters", refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_of_the_last_release_is_updated_by_an_ordinary_run_without_another_identity()
    {
        Ask(DeliveryNames.PrometheusAgent);
        Select("""{"serviceMonitorSelector":{"matchLabels":{"release":"stack"}}}""");
        var plan = await run.PlanAsync();
        await run.InstallAsync(plan);
        // What that release made: no Secret, no denial, every monitor, and the hash of that form.
        Cluster.Objects.Delete(KubernetesPath.Secret(AgentNames.Namespace, AgentNames.ScrapeJobs));
        await run.DeliverAsync(plan);
        var older = Cluster.Objects.Get(DeliveryRun.PrometheusAgent)!.DeepClone().AsObject();
        older["spec"]!.AsObject().Remove("arbitraryFSAccessThroughSMs");
        older["spec"]!.AsObject().Remove("additionalScrapeConfigs");
        older["spec"]!["serviceMonitorSelector"] = new JsonObject();
        older["metadata"]!["annotations"]!["central-amp/desired"] = "0123456789abcdef";
        Cluster.Objects.Put(DeliveryRun.PrometheusAgent, older);
        var (rolled, role) = (Cluster.PodsRolled, Agent["podMetadata"]!.ToJsonString());

        Assert.Equal(Change.Updated, (await run.RunAsync()).Change);
        Assert.True(Agent["arbitraryFSAccessThroughSMs"]!["deny"]!.GetValue<bool>());
        Assert.True(run.Has(KubernetesPath.Secret(AgentNames.Namespace, AgentNames.ScrapeJobs)));
        Assert.Equal((rolled, role), (Cluster.PodsRolled, Agent["podMetadata"]!.ToJsonString()));
        Assert.Equal((Change.Unchanged, 0), ((await run.PlanAsync()).Change, (await run.PlanAsync()).Warnings.Length));
    }

    private JsonObject Agent => Cluster.Objects.Get(DeliveryRun.PrometheusAgent)!["spec"]!.AsObject();

    private void Select(string selectors) => Cluster.Objects.ForceApply(DeliveryRun.Stack, "chart", DeliveryRun.Parse($"{{\"spec\":{selectors}}}"));

    private void Monitor(string name, string release, string endpoint) => Cluster.Objects.Put(
        $"/apis/monitoring.coreos.com/v1/namespaces/monitoring/servicemonitors/{name}",
        DeliveryRun.Parse($$$$"""{"metadata":{"name":"{{{{name}}}}","namespace":"monitoring","labels":{"release":"{{{{release}}}}"}},"spec":{"endpoints":[{{{{endpoint}}}}]}}"""));

    private void Ask(string delivery)
    {
        if (delivery == DeliveryNames.Agent)
        {
            run.Bare();
        }
        else
        {
            run.TakeStack("""{"remoteWrite":[{"url":"https://elsewhere"}]}""");
        }
    }
}
