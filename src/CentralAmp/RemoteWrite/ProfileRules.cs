using System.Text.Json.Nodes;
using CentralAmp.Clusters;

namespace CentralAmp.RemoteWrite;

/// <summary>
/// The relabelling rule that selects the series of a profile. It is the first rule of the entry, so that dropped series cost nothing more.
/// It matches names of metrics; for a metric with many series of which few matter, it matches one of its labels, too.
/// </summary>
internal static class ProfileRules
{
    /// <summary>In every profile: CentralAmp's metrics, and <c>up</c> of each target.</summary>
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
        // API server: load, errors, latency and stored objects, as in the queries of kubernetes-mixin's dashboards.
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
        // A node's utilization follows from its idle time; of a condition only the value that is true; of container metrics only the series of
        // containers and not their sums.
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
