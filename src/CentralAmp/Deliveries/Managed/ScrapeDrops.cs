using System.Text.Json.Nodes;

namespace CentralAmp.Deliveries.Managed;

/// <summary>Series that kube-prometheus-stack drops by default because they are rarely used (its values, chart 88).</summary>
internal static class ScrapeDrops
{
    private const string Name = "__name__";

    public static IReadOnlyList<JsonNode> ApiServer() =>
    [
        Relabel.Drop(
            [Name, "le"],
            "(etcd_request|apiserver_request_slo|apiserver_request_sli|apiserver_request)_duration_seconds_bucket;"
            + @"(0\.15|0\.2|0\.3|0\.35|0\.4|0\.45|0\.6|0\.7|0\.8|0\.9|1\.25|1\.5|1\.75|2|3|3\.5|4|4\.5|6|7|8|9|15|20|40|45|50)(\.0)?"),
    ];

    public static IReadOnlyList<JsonNode> Cadvisor() =>
    [
        Relabel.Drop([Name], "container_cpu_(load_average_10s|system_seconds_total|user_seconds_total)"),
        Relabel.Drop(
            [Name],
            "container_fs_(io_current|io_time_seconds_total|io_time_weighted_seconds_total|reads_merged_total|sector_reads_total|sector_writes_total|writes_merged_total)"),
        Relabel.Drop([Name], "container_memory_(mapped_file|swap)"),
        Relabel.Drop([Name], "container_(file_descriptors|tasks_state|threads_max)"),
        Relabel.Drop([Name], "container_spec.*"),
        // Control groups of the node that belong to no pod.
        Relabel.Drop(["id", "pod"], ".+;"),
    ];
}
