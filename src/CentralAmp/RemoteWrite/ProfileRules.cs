using System.Text.Json.Nodes;
using CentralAmp.Clusters;

namespace CentralAmp.RemoteWrite;

/// <summary>
/// Which series leave by our entry: one rule that keeps, first of all, so that what is not sent costs nothing more. It reads the names of
/// metrics, and where a metric has many series of which few matter, one label of it.
/// </summary>
internal static class ProfileRules
{
    /// <summary>Ours, and what Prometheus itself says of each target: in every profile.</summary>
    private const string Always = "central_amp_.*|up";

    private static readonly string[] Kubernetes =
    [
        Always,
        "scrape_.*",
        "ALERTS",
        // kube-state-metrics; kubelet with its volumes, and cAdvisor; node-exporter.
        "kube_.*",
        "kubelet_.*|volume_.*|container_.*|machine_.*",
        "node_.*",
        "kubernetes_build_info",
        // API server: load, errors, latency, what it stores; as the dashboards of kubernetes-mixin ask.
        "apiserver_(current_inflight_requests|request_total|request_terminations_total|request_(sli_)?duration_seconds_.*|storage_objects)",
        "aggregator_unavailable_apiservice(_total)?",
        "process_(cpu_seconds_total|resident_memory_bytes|start_time_seconds)|go_goroutines",
        // Recorded by the rules of kubernetes-mixin and node-mixin.
        "(apiserver_request|cluster|cluster_quantile|instance|instance_device|namespace|namespace_[a-z]+|namespace_[a-z_]+_pod|node):.+",
    ];

    private static readonly string[] Minimal =
    [
        Always,
        "kube_node_info|kube_pod_status_phase|kube_pod_container_status_restarts_total",
        "node_memory_(MemAvailable|MemTotal)_bytes",
    ];

    public static IEnumerable<JsonNode> Of(string profile) => profile switch
    {
        Profiles.Full => [],
        Profiles.Kubernetes => [Keep(["__name__"], Any(Kubernetes))],
        // A node's use is what is not idle; of a condition only the value that holds; of a container's series those of a container, not of its sums.
        Profiles.Minimal =>
        [
            Keep(
                ["__name__", "mode", "status", "container"],
                $"({Any(Minimal)});.*|node_cpu_seconds_total;idle;.*|kube_node_status_condition;[^;]*;true;.*"
                + "|container_(cpu_usage_seconds_total|memory_working_set_bytes);[^;]*;[^;]*;.+"),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, $"expected {Profiles.Expected}"),
    };

    private static string Any(string[] names) => string.Join('|', names);

    private static JsonObject Keep(string[] labels, string regex) => new()
    {
        ["action"] = "keep",
        ["sourceLabels"] = new JsonArray([.. labels.Select(label => JsonValue.Create(label))]),
        ["regex"] = regex,
    };
}
