using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Deliveries.Agent;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Deliveries.PrometheusAgent;
using CentralAmp.Deliveries.Values;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>The server accepts the manifests of the managed agents as they are rendered, with strict field validation. A second apply changes nothing.</summary>
public sealed class AgentTests(ContractServer server) : IAsyncLifetime
{
    private static readonly AgentSpec Spec = new(
        "arn:aws:iam::111111111111:role/central-amp/central-amp-contract-01234567",
        JsonNode.Parse("""{"name":"central-amp","url":"https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write","sigv4":{"region":"us-east-1"}}""")!.AsObject(),
        "quay.io/prometheus/prometheus:v3.5.0",
        [JsonNode.Parse("""{"key":"team","operator":"Exists","effect":"NoSchedule"}""")]);

    private readonly List<string> clusterScoped = [];
    private ContractNamespace space = null!;

    public async ValueTask InitializeAsync() => space = await server.NewNamespaceAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var path in clusterScoped)
        {
            await server.SendAsync(HttpMethod.Delete, path);
        }

        await space.DisposeAsync();
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("agent")]
    [InlineData("prometheus-agent")]
    [InlineData("values")]
    public async Task Every_object_is_accepted_as_it_is_rendered_and_a_second_apply_changes_nothing(string what)
    {
        foreach (var item in Rendered(what).Select(InTestNamespace))
        {
            var first = await server.ApplyAsAsync("central-amp", PathOf(item), item, "force=false&fieldValidation=Strict");
            Assert.True(first.Status is HttpStatusCode.Created or HttpStatusCode.OK, first.Body);
            var second = await server.ApplyAsAsync("central-amp", PathOf(item), item, "force=false&fieldValidation=Strict");
            Assert.Equal(first.Json.Revision(), second.Expect(HttpStatusCode.OK).Json.Revision());
        }
    }

    private static IEnumerable<JsonObject> Rendered(string what) => what switch
    {
        "identity" => AgentManifests.Identity(Spec.RoleArn).Where(item => item.TextAt("kind") != "Namespace"),
        "agent" => AgentWorkload.Render(Spec),
        "prometheus-agent" => [PrometheusAgentManifest.Render(Spec)],
        _ => [ValuesManifest.Render(Spec.Entry, Spec.RoleArn, "monitoring", "prom")],
    };

    /// <summary>Moves an object into the test's namespace. The name of a cluster-scoped object gets the namespace as its suffix.</summary>
    private JsonObject InTestNamespace(JsonObject rendered)
    {
        var item = rendered.DeepClone().AsObject();
        if (item["metadata"]!["namespace"] is not null)
        {
            item["metadata"]!["namespace"] = space.Name;
            return item;
        }

        var name = item.TextAt("metadata", "name")!;
        item["metadata"]!["name"] = $"{name}-{space.Name}";
        if (item["roleRef"] is JsonObject role)
        {
            role["name"] = $"{name}-{space.Name}";
            item["subjects"]![0]!["namespace"] = space.Name;
        }

        clusterScoped.Add(PathOf(item));
        return item;
    }

    private static string PathOf(JsonObject item)
    {
        var version = item.TextAt("apiVersion")!;
        var ns = item.TextAt("metadata", "namespace");
        return $"{(version == "v1" ? "/api/v1" : $"/apis/{version}")}{(ns is null ? "" : $"/namespaces/{ns}")}/{item.TextAt("kind")!.ToLowerInvariant()}s/{item.TextAt("metadata", "name")}";
    }
}
