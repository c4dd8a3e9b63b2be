using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>What tests of the stack do and look at, over the API as a client does.</summary>
internal static class StackSteps
{
    public static JsonObject Snapshot(this TestCluster test) =>
        test.Cluster.Snapshot("Prometheus", StackNames.Namespace, test.Cluster.Names.Prometheus)!;

    public static JsonObject StatefulSet(this TestCluster test) =>
        test.Cluster.Snapshot("StatefulSet", StackNames.Namespace, $"prometheus-{test.Cluster.Names.Prometheus}")!;

    public static JsonObject? Condition(this TestCluster test, string type) =>
        test.Snapshot().ObjectsAt("status", "conditions").FirstOrDefault(c => c.TextAt("type") == type);

    public static IReadOnlyList<JsonObject> Pods(this TestCluster test) =>
        [.. test.Cluster.PodStarts.Select(s => s.Pod).Distinct().Select(p => test.Cluster.Snapshot("Pod", StackNames.Namespace, p)).OfType<JsonObject>()];

    /// <summary>There are pods, and it is true of every one.</summary>
    public static bool AllPods(this TestCluster test, Func<JsonObject, bool> predicate) => test.Pods() is { Count: > 0 } pods && pods.All(predicate);

    public static bool HasRole(this JsonObject pod, string role) =>
        pod.ObjectsAt("spec", "containers").First().ObjectsAt("env").Any(e => e.TextAt("name") == "AWS_ROLE_ARN" && e.TextAt("value") == role);

    public static async Task ApplyPrometheusAsync(this TestCluster test, JsonObject spec)
    {
        var name = test.Cluster.Names.Prometheus;
        var body = new JsonObject
        {
            ["apiVersion"] = "monitoring.coreos.com/v1",
            ["kind"] = "Prometheus",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = StackNames.Namespace },
            ["spec"] = spec.DeepClone(),
        };
        (await test.ApplyAsync($"/apis/monitoring.coreos.com/v1/namespaces/{StackNames.Namespace}/prometheuses/{name}", body.ToJsonString())).Expect(HttpStatusCode.OK);
    }

    public static async Task AnnotateServiceAccountAsync(this TestCluster test, string role)
    {
        var name = test.Cluster.Names.Prometheus;
        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ServiceAccount",
            ["metadata"] = new JsonObject { ["name"] = name, ["annotations"] = new JsonObject { ["eks.amazonaws.com/role-arn"] = role } },
        };
        (await test.ApplyAsync($"/api/v1/namespaces/{StackNames.Namespace}/serviceaccounts/{name}", body.ToJsonString())).Expect(HttpStatusCode.OK);
    }

    public static async Task<string> ConfigurationAsync(this TestCluster test) =>
        (await test.ProxyAsync("api/v1/status/config")).Expect(HttpStatusCode.OK).Json.TextAt("data", "yaml")!;

    public static async Task<string> MetricsAsync(this TestCluster test) => (await test.ProxyAsync("metrics")).Body;

    public static async Task<string> QueryAsync(this TestCluster test, string query) =>
        (await test.ProxyAsync($"api/v1/query?query={Uri.EscapeDataString(query)}")).Body;

    public static Task<ApiAnswer> ProxyAsync(this TestCluster test, string path) =>
        test.GetAsync($"/api/v1/namespaces/{StackNames.Namespace}/pods/prometheus-{test.Cluster.Names.Prometheus}-0:9090/proxy/{path}");
}

/// <summary>Waits for a condition, and fails when it does not come true in time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string what = "")
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
                Assert.Fail($"not true within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }
}
