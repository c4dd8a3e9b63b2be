using System.Text.Json.Nodes;

namespace CentralAmp.Deliveries.Managed;

/// <summary>
/// The scrape jobs of API server, kubelet and cAdvisor that both kinds of agents have. They authenticate with the agent's own token, which therefore no
/// monitor has to name.
/// </summary>
internal static class ClusterJobs
{
    public static IReadOnlyList<JsonObject> Render() =>
    [
        ApiServer(),
        Kubelet("kubelet", "/metrics", []),
        Kubelet("kubelet-cadvisor", "/metrics/cadvisor", ScrapeDrops.Cadvisor()),
        Kubelet("kubelet-probes", "/metrics/probes", []),
    ];

    private static JsonObject ApiServer()
    {
        var job = ScrapeJob.Of("apiserver", ScrapeJob.Discover("endpointslice", "default"),
        [
            Relabel.Keep(["__meta_kubernetes_service_name", "__meta_kubernetes_endpointslice_port_name"], "kubernetes;https"),
            .. Relabel.Copies(("__meta_kubernetes_namespace", "namespace"), ("__meta_kubernetes_service_name", "service")),
        ]);
        job["metric_relabel_configs"] = new JsonArray([.. ScrapeDrops.ApiServer()]);
        // A name in every API server's certificate, independent of its address.
        return ScrapeJob.WithServiceAccount(job, new JsonObject { ["ca_file"] = ScrapeJob.CaFile, ["server_name"] = "kubernetes" });
    }

    /// <summary>Not every cluster's authority signs the kubelets' certificates; the charts do not check them either.</summary>
    private static JsonObject Kubelet(string name, string path, IReadOnlyList<JsonNode> drops)
    {
        var job = ScrapeJob.Of(name, ScrapeJob.Discover("node"),
        [
            Relabel.Set("job", "kubelet"),
            .. Relabel.Copies(("__metrics_path__", "metrics_path"), ("__meta_kubernetes_node_name", "node")),
        ]);
        job["metrics_path"] = path;
        job["honor_labels"] = true;
        if (drops.Count > 0)
        {
            job["metric_relabel_configs"] = new JsonArray([.. drops]);
        }

        return ScrapeJob.WithServiceAccount(job, new JsonObject { ["insecure_skip_verify"] = true });
    }
}
