using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>What the monitors that a resource selects come down to as scrape configurations.</summary>
internal sealed class ScrapeJobs(ObjectStore store, ClusterPorts ports, StackNames names)
{
    private static readonly string[] Files = ["caFile", "certFile", "keyFile"];

    private static readonly ResourceKind[] Monitors = [ResourceKind.ServiceMonitor, ResourceKind.PodMonitor, ResourceKind.Probe, ResourceKind.ScrapeConfig];

    /// <summary>
    /// For the stack's own Prometheus: the targets themselves, found by the operator. Discovery in Prometheus comes five
    /// seconds later (discovery.Manager), which is long in front of a laptop.
    /// </summary>
    public JsonArray OfStack() =>
    [
        Known($"{names.Fullname}-prometheus", "/metrics", PodFiles.OwnAddress, $"{names.Fullname}-prometheus"),
        Known($"{names.Release}-prometheus-node-exporter", "/metrics", $"{ClusterPorts.Host}:{ports.NodeExporter}", "node-exporter"),
        MonitorJobs.Secured(Known($"{names.Fullname}-apiserver", "/metrics", $"{ClusterPorts.Host}:{ports.Api}", "apiserver")),
        Known($"{names.Release}-kube-state-metrics", "/metrics", $"{ClusterPorts.Host}:{ports.KubeStateMetrics}", "kube-state-metrics"),
        Known($"{names.Fullname}-kubelet", "/metrics/cadvisor", $"{ClusterPorts.Host}:{ports.NodeExporter}", "kubelet"),
    ];

    /// <summary>For an agent: discovered by itself, with the rights of its own service account.</summary>
    /// <exception cref="ConfigurationRefusedException">It selects what the twin does not translate.</exception>
    public JsonArray OfAgent(JsonObject agent)
    {
        var denies = agent.At("spec", "arbitraryFSAccessThroughSMs", "deny") is JsonValue deny && deny.GetValue<bool>();
        var selected = Monitors.SelectMany(kind => store.List(kind).Where(item => IsSelected(agent, kind, item)).Where(item => !denies || !ReadsFiles(item)).SelectMany(item => MonitorJobs.Of(kind, item)));
        return [.. selected.Select(job => Limited(job, agent)), .. Additional(agent)];
    }

    // The operator leaves out a monitor that it rejects, and continues (testForArbitraryFSAccess).
    private static bool ReadsFiles(JsonObject monitor) => monitor.ObjectsAt("spec", "endpoints").Any(endpoint =>
        endpoint.TextAt("bearerTokenFile") is not null || Files.Any(file => endpoint.TextAt("tlsConfig", file) is not null));

    private static JsonObject Limited(JsonObject job, JsonObject agent)
    {
        foreach (var (field, key) in ((string, string)[])[("enforcedSampleLimit", "sample_limit"), ("enforcedTargetLimit", "target_limit"), ("enforcedLabelLimit", "label_limit")])
        {
            if (agent.NumberAt("spec", field) is { } limit)
                job[key] = limit;
        }
        return job;
    }

    private IEnumerable<JsonObject> Additional(JsonObject agent)
    {
        if (agent.At("spec", "additionalScrapeConfigs") is not JsonObject reference)
            return [];
        var (name, key) = (reference.TextAt("name") ?? "", reference.TextAt("key") ?? "");
        var data = store.Find(ResourceKind.Secret, agent.Namespace(), name)?.TextAt("data", key)
            ?? throw new ConfigurationRefusedException($"loading additional scrape configs from Secret failed: key {key} in secret {name} not found");
        return JsonNode.Parse(Convert.FromBase64String(data)) is JsonArray jobs
            ? [.. jobs.OfType<JsonObject>().Select(job => job.Copy())]
            : throw new ConfigurationRefusedException("unmarshalling additional scrape configs failed: the twin's operator reads a list in JSON only");
    }

    // No selector selects nothing, an empty one everything; without a namespace selector only where the resource itself is (operator API reference).
    private bool IsSelected(JsonObject agent, ResourceKind kind, JsonObject item)
    {
        var field = char.ToLowerInvariant(kind.Kind[0]) + kind.Kind[1..];
        return agent.At("spec", $"{field}Selector") is JsonObject selector
            && Selectors.Matches(selector, item)
            && (agent.At("spec", $"{field}NamespaceSelector") is { } namespaces
                ? store.Find(ResourceKind.Namespace, "", item.Namespace()) is { } found && Selectors.Matches(namespaces, found)
                : item.Namespace() == agent.Namespace());
    }

    private static JsonObject Known(string monitor, string path, string target, string job) => new()
    {
        ["job_name"] = $"serviceMonitor/{StackNames.Namespace}/{monitor}/0",
        ["metrics_path"] = path,
        ["static_configs"] = new JsonArray(new JsonObject
        {
            ["targets"] = new JsonArray(target),
            ["labels"] = new JsonObject { ["job"] = job, ["namespace"] = StackNames.Namespace },
        }),
    };
}
