using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;

namespace CentralAmp.Deliveries.Agent;

/// <summary>
/// The scrape jobs of delivery <c>agent</c>: the defaults of kube-prometheus-stack (its labels and its drops, chart 88), for targets that the
/// cluster has. Prometheus discovers targets, so that kube-state-metrics or node-exporter, installed later, need no new configuration.
/// </summary>
internal static class ScrapeConfigs
{
    private const string AppName = "app_kubernetes_io_name";
    private const string KubeStateMetrics = "kube-state-metrics";
    private const string NodeExporter = "(prometheus-)?node-exporter";

    /// <summary>These have their own jobs, although their charts annotate them as well.</summary>
    private const string WithOwnJobs = $"{KubeStateMetrics}|{NodeExporter}";

    private const string Pod = "__meta_kubernetes_pod";
    private const string Service = "__meta_kubernetes_service";

    public static JsonArray Render() => new(
    [
        Itself(),
        .. ClusterJobs.Render(),
        Exporter(KubeStateMetrics, KubeStateMetrics, "http|http-metrics", honorLabels: true),
        Exporter("node-exporter", NodeExporter, "metrics|http-metrics", honorLabels: false),
        AnnotatedPods(),
        AnnotatedServices(),
    ]);

    /// <summary>The one target that every cluster has: without it an empty cluster would be silent.</summary>
    private static JsonObject Itself() => new()
    {
        ["job_name"] = AgentNames.Agent,
        ["static_configs"] = new JsonArray(new JsonObject { ["targets"] = new JsonArray($"localhost:{AgentNames.Port}") }),
    };

    private static JsonObject Exporter(string name, string appName, string ports, bool honorLabels)
    {
        var job = ScrapeJob.Of(name, ScrapeJob.Discover("endpointslice"),
        [
            Relabel.Keep([$"{Service}_label_{AppName}"], appName),
            Relabel.Keep(["__meta_kubernetes_endpointslice_port_name"], ports),
            .. Relabel.Copies(
                ("__meta_kubernetes_namespace", "namespace"), ($"{Service}_name", "service"), ($"{Pod}_name", "pod"), ($"{Pod}_node_name", "node")),
        ]);
        if (honorLabels)
        {
            job["honor_labels"] = true;
        }

        return job;
    }

    private static JsonObject AnnotatedPods() => ScrapeJob.Of("kubernetes-pods", ScrapeJob.Discover("pod"),
    [
        Relabel.Keep([$"{Pod}_annotation_prometheus_io_scrape"], "true"),
        Relabel.Drop([$"{Pod}_phase"], "Pending|Succeeded|Failed|Completed"),
        Relabel.Drop([$"{Pod}_label_{AppName}"], WithOwnJobs),
        .. Relabel.PathAndScheme(Pod),
        // IPv6 addresses need brackets.
        Relabel.Replace([$"{Pod}_annotation_prometheus_io_port", $"{Pod}_ip"], @"(\d+);([0-9.]+)", "__address__", "$2:$1"),
        Relabel.Replace([$"{Pod}_annotation_prometheus_io_port", $"{Pod}_ip"], "(\\d+);([0-9A-Fa-f]*:[0-9A-Fa-f:]+)", "__address__", "[$2]:$1"),
        .. Relabel.Copies(("__meta_kubernetes_namespace", "namespace"), ($"{Pod}_name", "pod"), ($"{Pod}_node_name", "node")),
    ]);

    private static JsonObject AnnotatedServices() => ScrapeJob.Of("kubernetes-services", ScrapeJob.Discover("endpointslice"),
    [
        Relabel.Keep([$"{Service}_annotation_prometheus_io_scrape"], "true"),
        Relabel.Drop([$"{Service}_label_{AppName}"], WithOwnJobs),
        .. Relabel.PathAndScheme(Service),
        Relabel.Replace(["__address__", $"{Service}_annotation_prometheus_io_port"], @"(.+?)(?::\d+)?;(\d+)", "__address__", "$1:$2"),
        .. Relabel.Copies(
            ("__meta_kubernetes_namespace", "namespace"), ($"{Service}_name", "service"), ($"{Pod}_name", "pod"), ($"{Pod}_node_name", "node")),
    ]);
}
