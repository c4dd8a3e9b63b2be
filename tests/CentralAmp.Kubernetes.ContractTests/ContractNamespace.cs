using System.Net;
using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>The namespace of one test, with the objects that tests install in it.</summary>
public sealed class ContractNamespace(ContractServer server, string name) : IAsyncDisposable
{
    public string Name => name;

    public string ConfigMaps => $"/api/v1/namespaces/{name}/configmaps";

    public string ConfigMapPath(string item) => $"{ConfigMaps}/{item}";

    public string PrometheusPath(string item = "prom") => KubernetesPath.Prometheus(name, item);

    public string ServiceAccountPath(string item = "prom") => KubernetesPath.ServiceAccount(name, item);

    public JsonObject ConfigMap(string item, params (string Key, string Value)[] data) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = item, ["namespace"] = name },
        ["data"] = new JsonObject(data.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value))),
    };

    public JsonObject Prometheus(string spec) => new()
    {
        ["apiVersion"] = "monitoring.coreos.com/v1",
        ["kind"] = "Prometheus",
        ["metadata"] = new JsonObject { ["name"] = "prom", ["namespace"] = name },
        ["spec"] = JsonNode.Parse(spec),
    };

    public JsonObject ServiceAccount(string item = "prom") => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ServiceAccount",
        ["metadata"] = new JsonObject { ["name"] = item, ["namespace"] = name },
    };

    /// <summary>Applies an object as Helm. A Prometheus is paused, so that an operator in the cluster does not write to it during a test.</summary>
    public async Task<JsonObject> InstallAsync(string path, JsonObject item)
    {
        if (item.TextAt("kind") == "Prometheus")
        {
            item["spec"]!["paused"] = true;
        }

        var answer = await server.ApplyAsAsync("helm", path, item);
        return answer.Status == HttpStatusCode.OK ? answer.Json : answer.Expect(HttpStatusCode.Created).Json;
    }

    public async ValueTask DisposeAsync()
    {
        var answer = await server.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{name}");
        Assert.True((int)answer.Status is 200 or 202 or 404, answer.Body);
    }
}
