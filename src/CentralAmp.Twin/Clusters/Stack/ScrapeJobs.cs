using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>What the monitors that a resource selects come down to as scrape configurations.</summary>
internal sealed class ScrapeJobs(ObjectStore store, ClusterPorts ports, StackNames names)
{
    private const string Token = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>
    /// For the stack's own Prometheus: the targets themselves, found by the operator. Discovery in Prometheus comes five
    /// seconds later (discovery.Manager), which is long in front of a laptop.
    /// </summary>
    public JsonArray OfStack() =>
    [
        Known($"{names.Fullname}-prometheus", "/metrics", PodFiles.OwnAddress, $"{names.Fullname}-prometheus"),
        Known($"{names.Release}-prometheus-node-exporter", "/metrics", $"{ClusterPorts.Host}:{ports.NodeExporter}", "node-exporter"),
        Secured(Known($"{names.Fullname}-apiserver", "/metrics", $"{ClusterPorts.Host}:{ports.Api}", "apiserver")),
        Known($"{names.Release}-kube-state-metrics", "/metrics", $"{ClusterPorts.Host}:{ports.KubeStateMetrics}", "kube-state-metrics"),
        Known($"{names.Fullname}-kubelet", "/metrics/cadvisor", $"{ClusterPorts.Host}:{ports.NodeExporter}", "kubelet"),
    ];

    /// <summary>For an agent: discovered by itself, with the rights of its own service account.</summary>
    public JsonArray OfAgent(JsonObject agent) => [.. store.List(ResourceKind.ServiceMonitor)
        .Where(monitor => Selects(agent.At("spec", "serviceMonitorSelector"), monitor) && SelectsNamespace(agent, monitor.Namespace()))
        .SelectMany(monitor => monitor.ObjectsAt("spec", "endpoints").Select((endpoint, i) => Discovered(monitor, endpoint, i)))];

    // No selector selects nothing, an empty one everything (operator API reference, ServiceMonitorSelector).
    private static bool Selects(JsonNode? selector, JsonObject item) =>
        selector is JsonObject && Selectors.Matches(selector, item);

    // Without a namespace selector: only where the resource itself is.
    private bool SelectsNamespace(JsonObject agent, string ns) => agent.At("spec", "serviceMonitorNamespaceSelector") is { } selector
        ? store.Find(ResourceKind.Namespace, "", ns) is { } found && Selectors.Matches(selector, found)
        : ns == agent.Namespace();

    private static JsonObject Discovered(JsonObject monitor, JsonObject endpoint, int index)
    {
        var namespaces = monitor.TextsAt("spec", "namespaceSelector", "matchNames") is { Count: > 0 } given ? given : [monitor.Namespace()];
        var relabel = new JsonArray();
        if (monitor.At("spec", "selector", "matchLabels") is JsonObject labels)
        {
            foreach (var (name, value) in labels)
                relabel.Add(Keep($"__meta_kubernetes_service_label_{LabelOf(name)}", value!.GetValue<string>()));
        }
        relabel.Add(Keep("__meta_kubernetes_endpoint_port_name", endpoint.TextAt("port") ?? ""));
        foreach (var (source, target) in (ReadOnlySpan<(string, string)>)[("namespace", "namespace"), ("service_name", "service"), ("pod_name", "pod"), ("endpoint_port_name", "endpoint"), ("service_name", "job")])
            relabel.Add(new JsonObject { ["source_labels"] = new JsonArray($"__meta_kubernetes_{source}"), ["target_label"] = target });

        var job = new JsonObject
        {
            ["job_name"] = string.Create(CultureInfo.InvariantCulture, $"serviceMonitor/{monitor.Namespace()}/{monitor.Name()}/{index}"),
            ["metrics_path"] = endpoint.TextAt("path") ?? "/metrics",
            ["scheme"] = endpoint.TextAt("scheme") ?? "http",
            ["kubernetes_sd_configs"] = new JsonArray(new JsonObject { ["role"] = "endpoints", ["namespaces"] = new JsonObject { ["names"] = new JsonArray([.. namespaces.Select(n => JsonValue.Create(n))]) } }),
            ["relabel_configs"] = relabel,
        };
        return endpoint.TextAt("bearerTokenFile") is null ? job : Secured(job);
    }

    private static JsonObject Keep(string label, string value) => new()
    {
        ["source_labels"] = new JsonArray(label),
        ["regex"] = System.Text.RegularExpressions.Regex.Escape(value),
        ["action"] = "keep",
    };

    private static string LabelOf(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static JsonObject Secured(JsonObject job)
    {
        job["scheme"] = "https";
        job["authorization"] = new JsonObject { ["credentials_file"] = Token };
        job["tls_config"] = new JsonObject { ["insecure_skip_verify"] = true };
        return job;
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
