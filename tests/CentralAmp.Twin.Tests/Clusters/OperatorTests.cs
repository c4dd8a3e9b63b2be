using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;
using CentralAmp.Twin.Tests.Prometheus;

namespace CentralAmp.Twin.Tests.Clusters;

public sealed class OperatorTests(PrometheusFixture prometheus)
{
    private const string Role = "arn:aws:iam::111111111111:role/central-amp/central-amp-orders-0123abcd";

    [Fact]
    public async Task The_stack_comes_up_with_a_real_prometheus_that_scrapes_itself_and_the_node()
    {
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour());

        var status = test.Snapshot().At("status");
        Assert.All(status.ObjectsAt("conditions"), c => Assert.Equal("True", c.TextAt("status")));
        Assert.Equal(1, status.NumberAt("availableReplicas"));
        await Eventually.TrueAsync(async () => (await test.QueryAsync("count({__name__=~\"node_.*|kube_.*\"})")).Contains("\"value\"", StringComparison.Ordinal));
        Assert.Contains("prometheus_replica: prometheus-", await test.ConfigurationAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_annotation_rolls_the_pods_one_by_one_and_the_webhook_gives_them_the_role()
    {
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour { Replicas = 2 });
        Assert.Equal(2, test.Cluster.PodStarts.Count);
        var before = test.StatefulSet().TextAt("status", "currentRevision");
        await test.AnnotateServiceAccountAsync(Role);
        Assert.True(test.AllPods(p => !p.HasRole(Role)));

        await test.ApplyPrometheusAsync(PodAnnotation());

        await Eventually.TrueAsync(() => test.Pods() is { Count: 2 } pods && pods.All(p => p.HasRole(Role) && p.IsReady()));
        await Eventually.TrueAsync(() => test.StatefulSet().TextAt("status", "currentRevision") != before);
        Assert.Equal(test.StatefulSet().TextAt("status", "updateRevision"), test.StatefulSet().TextAt("status", "currentRevision"));
        Assert.Equal(2, test.StatefulSet().NumberAt("status", "readyReplicas"));
        Assert.Equal(["-0", "-1", "-1", "-0"], test.Cluster.PodStarts.Select((s, i) => i < 2 ? $"-{i}" : s.Pod[^2..]));
        Assert.DoesNotContain(test.Cluster.PodStarts, s => s.DataLost);
    }

    [Fact]
    public async Task Rolling_a_pod_on_emptyDir_loses_its_data()
    {
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour { PersistentStorage = false });

        await test.ApplyPrometheusAsync(PodAnnotation());

        await Eventually.TrueAsync(() => test.Cluster.PodStarts.Count == 2);
        Assert.True(test.Cluster.PodStarts[1].DataLost);
        Assert.Null(test.Snapshot().At("spec", "storage"));
    }

    [Fact]
    public async Task Pods_come_up_without_the_role_while_the_webhook_is_down()
    {
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour { WebhookDown = true });
        await test.AnnotateServiceAccountAsync(Role);

        await test.ApplyPrometheusAsync(PodAnnotation());

        await Eventually.TrueAsync(() => test.Cluster.PodStarts.Count == 2 && test.AllPods(p => p.IsReady()));
        Assert.True(test.AllPods(p => !p.HasRole(Role)));
    }

    [Fact]
    public async Task A_configuration_that_needs_no_credentials_is_reloaded_without_a_new_pod()
    {
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour());

        await test.ApplyPrometheusAsync(new JsonObject { ["externalLabels"] = new JsonObject { ["team"] = "orders" } });

        await Eventually.TrueAsync(async () => (await test.ConfigurationAsync()).Contains("team: orders", StringComparison.Ordinal));
        Assert.Single(test.Cluster.PodStarts);
        Assert.Contains("prometheus_config_last_reload_successful 1", await test.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_whose_credentials_cannot_be_had_is_refused_and_taking_it_out_heals()
    {
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour { ReloadFails = true });
        await test.AnnotateServiceAccountAsync(Role);
        await test.ApplyPrometheusAsync(PodAnnotation());
        await Eventually.TrueAsync(() => test.AllPods(p => p.HasRole(Role) && p.IsReady()));

        var withEntry = PodAnnotation();
        withEntry["remoteWrite"] = RemoteWrite();
        await test.ApplyPrometheusAsync(withEntry);
        await Eventually.TrueAsync(async () => (await test.MetricsAsync()).Contains("prometheus_config_last_reload_successful 0", StringComparison.Ordinal));
        Assert.True(test.AllPods(p => p.IsReady()));
        Assert.All(test.Cluster.PodFailures, failure => Assert.Equal("did not load its configuration", failure.What));
        Assert.NotEmpty(test.Cluster.PodFailures);

        await test.ApplyPrometheusAsync(PodAnnotation());
        await Eventually.TrueAsync(async () => (await test.MetricsAsync()).Contains("prometheus_config_last_reload_successful 1", StringComparison.Ordinal));
        Assert.Equal(2, test.Cluster.PodStarts.Count);
    }

    [Fact]
    public async Task What_the_operator_cannot_translate_is_said_in_the_condition_and_changes_nothing()
    {
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour());
        var entry = RemoteWrite();
        entry[0]!["basicAuth"] = new JsonObject { ["username"] = new JsonObject { ["name"] = "s", ["key"] = "u" } };

        await test.ApplyPrometheusAsync(new JsonObject { ["remoteWrite"] = entry });

        await Eventually.TrueAsync(() => test.Condition("Reconciled").TextAt("status") == "False");
        Assert.Equal("ReconciliationFailed", test.Condition("Reconciled").TextAt("reason"));
        Assert.Contains("basicAuth and sigv4", test.Condition("Reconciled").TextAt("message"), StringComparison.Ordinal);
        Assert.Equal(test.Snapshot().NumberAt("metadata", "generation"), test.Condition("Reconciled").NumberAt("observedGeneration"));
        Assert.DoesNotContain("remote_write", await test.ConfigurationAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_at_rest_changes_nothing_any_more()
    {
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour());
        await Eventually.TrueAsync(() => test.Condition("Available").TextAt("status") == "True");
        var before = (await test.GetAsync("/api/v1/pods")).Json.TextAt("metadata", "resourceVersion");

        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        Assert.Equal(before, (await test.GetAsync("/api/v1/pods")).Json.TextAt("metadata", "resourceVersion"));
    }

    [Fact]
    public async Task Before_the_stack_is_installed_its_kinds_are_not_served()
    {
        await using var test = await TestCluster.StartAsync();

        (await test.GetAsync("/apis/monitoring.coreos.com/v1/prometheuses")).Expect(HttpStatusCode.NotFound);
    }

    private static JsonObject PodAnnotation() =>
        new() { ["podMetadata"] = new JsonObject { ["annotations"] = new JsonObject { ["central-amp/role"] = Role } } };

    private static JsonArray RemoteWrite() => new(new JsonObject
    {
        ["name"] = "central-amp",
        ["url"] = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write",
        ["sigv4"] = new JsonObject { ["region"] = "us-east-1" },
    });
}
