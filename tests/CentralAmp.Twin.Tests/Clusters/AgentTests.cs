using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Tests.Prometheus;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>Agents of another owner: a StatefulSet, and a PrometheusAgent that the operator runs.</summary>
public sealed class AgentTests(PrometheusFixture prometheus)
{
    private const string Namespace = "agents";
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    private const string Scraping =
        """
        [{"apiGroups":[""],"resources":["nodes","nodes/metrics","services","endpoints","pods"],"verbs":["get","list","watch"]},
         {"nonResourceURLs":["/metrics"],"verbs":["get"]}]
        """;

    private const string Jobs =
        """
        scrape_configs:
          - job_name: apiserver
            scheme: https
            kubernetes_sd_configs:
              - role: endpoints
            authorization:
              credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token
            tls_config:
              ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
            relabel_configs:
              - source_labels: [__meta_kubernetes_namespace, __meta_kubernetes_service_name, __meta_kubernetes_endpoint_port_name]
                action: keep
                regex: default;kubernetes;https
          - job_name: cadvisor
            scheme: https
            metrics_path: /metrics/cadvisor
            kubernetes_sd_configs:
              - role: node
            authorization:
              credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token
            tls_config:
              insecure_skip_verify: true
          - job_name: pods
            kubernetes_sd_configs:
              - role: pod
            relabel_configs:
              - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]
                action: keep
                regex: "true"
        """;

    [Fact]
    public async Task A_stateful_set_of_another_owner_runs_a_real_agent_that_discovers_scrapes_and_sends()
    {
        await using var receiver = await Receiver.StartAsync(prometheus.Binary);
        await using var test = await TestCluster.StartBareAsync(prometheus.Binary);
        await InstallAsync(test, receiver.Url, Scraping);

        await Eventually.TrueAsync(() => test.Cluster.List("Pod").Any(p => p.Name() == "agent-0" && p.TextAt("status", "phase") == "Running"));
        await Eventually.TrueAsync(async () => await receiver.CountAsync("container_cpu_usage_seconds_total") == 12);
        await Eventually.TrueAsync(async () => await receiver.CountAsync("apiserver_request_duration_seconds_count") == 12);
        await Eventually.TrueAsync(async () => await receiver.CountAsync("app_requests_total{job=\"pods\"}") == 12);
        var pod = test.Cluster.Snapshot("Pod", Namespace, "agent-0")!;
        Assert.True((await test.GetAsync($"/api/v1/namespaces/{Namespace}/pods/agent-0:9090/proxy/-/ready")).Status == HttpStatusCode.OK);
        Assert.StartsWith("127.", pod.TextAt("status", "podIP"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_without_the_right_to_look_finds_nothing_to_scrape()
    {
        await using var receiver = await Receiver.StartAsync(prometheus.Binary);
        await using var test = await TestCluster.StartBareAsync(prometheus.Binary);
        await InstallAsync(test, receiver.Url, """[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]}]""");

        await Eventually.TrueAsync(async () => await receiver.CountAsync("app_requests_total") == 12);

        Assert.Equal(0, await receiver.CountAsync("container_cpu_usage_seconds_total"));
        Assert.Contains(test.Calls, c => c is { Action: "list nodes", Status: 403 });
    }

    [Fact]
    public async Task Without_nodes_pods_wait_and_run_when_one_joins()
    {
        await using var receiver = await Receiver.StartAsync(prometheus.Binary);
        await using var test = await TestCluster.StartBareAsync(prometheus.Binary, new ClusterBehaviour { Nodes = 0 });
        await InstallAsync(test, receiver.Url, Scraping);

        await Eventually.TrueAsync(() => test.Cluster.Snapshot("Pod", Namespace, "agent-0").TextAt("status", "phase") == "Pending");
        Assert.Empty(test.Cluster.PodStarts);
        test.Cluster.AddNode("late");

        await Eventually.TrueAsync(() => test.Cluster.Snapshot("Pod", Namespace, "agent-0").TextAt("status", "phase") == "Running");
    }

    [Fact]
    public async Task A_namespace_goes_with_everything_in_it()
    {
        await using var receiver = await Receiver.StartAsync(prometheus.Binary);
        await using var test = await TestCluster.StartBareAsync(prometheus.Binary);
        await InstallAsync(test, receiver.Url, Scraping);
        await Eventually.TrueAsync(() => test.Cluster.PodStarts.Count == 1);

        (await test.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{Namespace}")).Expect(HttpStatusCode.OK);

        await Eventually.TrueAsync(() => test.Cluster.Snapshot("Namespace", "", Namespace) is null);
        Assert.Empty(test.Cluster.List("StatefulSet"));
        Assert.DoesNotContain(test.Cluster.List("Pod"), p => p.Namespace() == Namespace);
    }

    [Fact]
    public async Task The_operator_runs_an_agent_of_its_kind_beside_the_stack_with_the_monitors_that_it_selects()
    {
        await using var receiver = await Receiver.StartAsync(prometheus.Binary);
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour());
        await InstallIdentityAsync(test, Scraping);
        await ApplyAgentAsync(test, receiver.Url, 1);

        await Eventually.TrueAsync(async () => await receiver.CountAsync("kube_pod_status_phase") == 60);
        await Eventually.TrueAsync(async () => await receiver.CountAsync("container_cpu_usage_seconds_total") == 12);
        await Eventually.TrueAsync(async () => await receiver.CountAsync("prometheus_build_info") == 1);
        await Eventually.TrueAsync(() => Agent(test).ObjectsAt("status", "conditions").All(c => c.TextAt("status") == "True"));
        Assert.Equal("prom-agent-managed-0", test.Cluster.PodStarts[^1].Pod);

        (await test.SendAsync(HttpMethod.Delete, $"{AgentPath}/managed")).Expect(HttpStatusCode.OK);
        await Eventually.TrueAsync(() => !test.Cluster.List("Pod").Any(p => p.Namespace() == Namespace));
        Assert.Empty(test.Cluster.OwnRestarts);
    }

    [Fact]
    public async Task The_operator_scrapes_what_a_pod_monitor_selects_and_refuses_by_name_what_the_twin_does_not_translate()
    {
        await using var receiver = await Receiver.StartAsync(prometheus.Binary);
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour());
        await InstallIdentityAsync(test, Scraping);
        (await test.ApplyAsync(
            "/apis/monitoring.coreos.com/v1/namespaces/apps/podmonitors/app",
            """{"apiVersion":"monitoring.coreos.com/v1","kind":"PodMonitor","metadata":{"name":"app","namespace":"apps"},"spec":{"selector":{"matchLabels":{"app":"app"}},"podMetricsEndpoints":[{"path":"/metrics"}]}}""")).Expect(HttpStatusCode.Created);
        await ApplyAgentAsync(test, receiver.Url, 1);
        await Eventually.TrueAsync(async () => await receiver.CountAsync("app_requests_total{job=\"apps/app\",pod=\"app-0\",namespace=\"apps\"}") == 12);

        (await test.ApplyAsync(
            "/apis/monitoring.coreos.com/v1/namespaces/apps/probes/site",
            """{"apiVersion":"monitoring.coreos.com/v1","kind":"Probe","metadata":{"name":"site","namespace":"apps"},"spec":{}}""")).Expect(HttpStatusCode.Created);
        await Eventually.TrueAsync(() => Agent(test).ObjectsAt("status", "conditions").Any(c => c.TextAt("message")?.Contains("Probe apps/site", StringComparison.Ordinal) == true));
    }

    [Fact]
    public async Task Shards_share_the_targets()
    {
        await using var receiver = await Receiver.StartAsync(prometheus.Binary);
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour());
        await InstallIdentityAsync(test, Scraping);
        await ApplyAgentAsync(test, receiver.Url, 2);

        await Eventually.TrueAsync(() => Agent(test).ObjectsAt("status", "shardStatuses").Count() == 2 && Agent(test).NumberAt("status", "availableReplicas") == 2);
        Assert.Contains(test.Cluster.PodStarts, s => s.Pod == "prom-agent-managed-shard-1-0");
        await Eventually.TrueAsync(async () => await receiver.CountAsync("up") >= 5);
        // One series for each target: none is scraped twice, none is lost.
        Assert.Equal(await receiver.CountAsync("up"), await receiver.CountAsync("group without(prometheus_replica) (up)"));

        await ApplyAgentAsync(test, receiver.Url, 1);
        await Eventually.TrueAsync(() => test.Cluster.Snapshot("StatefulSet", Namespace, "prom-agent-managed-shard-1") is null);
    }

    private static string AgentPath => $"/apis/monitoring.coreos.com/v1alpha1/namespaces/{Namespace}/prometheusagents";

    private static JsonObject Agent(TestCluster test) => test.Cluster.Snapshot("PrometheusAgent", Namespace, "managed")!;

    private static async Task ApplyAgentAsync(TestCluster test, Uri url, int shards) => (await test.ApplyAsync($"{AgentPath}/managed",
        $$"""
        {"apiVersion":"monitoring.coreos.com/v1alpha1","kind":"PrometheusAgent","metadata":{"name":"managed","namespace":"{{Namespace}}"},
         "spec":{"replicas":1,"shards":{{shards}},"serviceAccountName":"agent","scrapeInterval":"1s","serviceMonitorSelector":{},"serviceMonitorNamespaceSelector":{},"podMonitorSelector":{},"podMonitorNamespaceSelector":{},"probeSelector":{},"probeNamespaceSelector":{},
                 "remoteWrite":[{"name":"managed","url":"{{url}}","queueConfig":{"batchSendDeadline":"1s"} } ] } }
        """, "fieldManager=test&force=true")).Expect(shards == 1 && test.Cluster.Snapshot("PrometheusAgent", Namespace, "managed") is { } agent && agent.NumberAt("metadata", "generation") > 1 ? HttpStatusCode.OK : HttpStatusCode.Created);

    private static async Task InstallIdentityAsync(TestCluster test, string rules)
    {
        (await test.CreateAsync("/api/v1/namespaces", $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Namespace}}"} }""")).Expect(HttpStatusCode.Created);
        (await test.CreateAsync($"/api/v1/namespaces/{Namespace}/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"agent"}}""")).Expect(HttpStatusCode.Created);
        (await test.CreateAsync($"{Rbac}/clusterroles", $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"agent"},"rules":{{rules}} }""")).Expect(HttpStatusCode.Created);
        (await test.CreateAsync($"{Rbac}/clusterrolebindings",
            $$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"agent"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"agent"},"subjects":[{"kind":"ServiceAccount","namespace":"{{Namespace}}","name":"agent"}] }
            """)).Expect(HttpStatusCode.Created);
    }

    private static async Task InstallAsync(TestCluster test, Uri url, string rules)
    {
        await InstallIdentityAsync(test, rules);
        var configuration = new JsonObject { ["prometheus.yml"] = $"global:\n  scrape_interval: 1s\n{Jobs}\nremote_write:\n  - url: {url}\n    queue_config:\n      batch_send_deadline: 1s\n" };
        var map = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "agent" }, ["data"] = configuration };
        (await test.CreateAsync($"/api/v1/namespaces/{Namespace}/configmaps", map.ToJsonString())).Expect(HttpStatusCode.Created);
        (await test.CreateAsync($"/apis/apps/v1/namespaces/{Namespace}/statefulsets",
            """
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"agent"},
             "spec":{"serviceName":"agent","replicas":1,"selector":{"matchLabels":{"app":"agent"}},
               "template":{"metadata":{"labels":{"app":"agent"}},
                 "spec":{"serviceAccountName":"agent",
                   "containers":[{"name":"prometheus","image":"quay.io/prometheus/prometheus:v3.5.0",
                     "args":["--agent","--config.file=/etc/prometheus/prometheus.yml","--storage.agent.path=/prometheus","--web.listen-address=:9090"],
                     "volumeMounts":[{"name":"config","mountPath":"/etc/prometheus"},{"name":"data","mountPath":"/prometheus"}]}],
                   "volumes":[{"name":"config","configMap":{"name":"agent"}},{"name":"data","emptyDir":{}}]}}}}
            """)).Expect(HttpStatusCode.Created);
    }
}
