using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>What there is to scrape in a cluster of the twin: one node and some workloads, in the names of the real exporters.</summary>
internal static class ClusterMetrics
{
    private const int Cpus = 4;
    private const int Workloads = 12;
    private static readonly string[] CpuModes = ["idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"];
    private static readonly string[] Phases = ["Pending", "Running", "Succeeded", "Failed", "Unknown"];

    /// <summary>The targets that the stack's monitors select, as the operator would write them.</summary>
    public static JsonArray ScrapeConfigs(string target, StackNames names) =>
    [
        Job($"serviceMonitor/{StackNames.Namespace}/{names.Fullname}-prometheus/0", "/metrics", PodFiles.OwnAddress, $"{names.Fullname}-prometheus"),
        Job($"serviceMonitor/{StackNames.Namespace}/{names.Release}-prometheus-node-exporter/0", "/metrics", target, $"{names.Release}-prometheus-node-exporter"),
    ];

    /// <summary>Metrics in Prometheus' text format after the cluster has been up for this long.</summary>
    public static string Text(TimeSpan uptime)
    {
        var text = new StringBuilder();
        var seconds = uptime.TotalSeconds;
        text.AppendLine("# TYPE node_cpu_seconds_total counter");
        for (var cpu = 0; cpu < Cpus; cpu++)
        {
            for (var mode = 0; mode < CpuModes.Length; mode++)
                Line(text, $"node_cpu_seconds_total{{cpu=\"{cpu}\",mode=\"{CpuModes[mode]}\"}}", seconds / (mode + 2));
        }
        text.AppendLine("# TYPE node_memory_MemAvailable_bytes gauge");
        Line(text, "node_memory_MemAvailable_bytes", 7.5e9 + (1e6 * Math.Sin(seconds)));
        Line(text, "node_memory_MemTotal_bytes", 1.6e10);
        Line(text, "node_load1", 1 + Math.Sin(seconds / 10));
        text.AppendLine("# TYPE container_cpu_usage_seconds_total counter");
        for (var workload = 0; workload < Workloads; workload++)
            AppendWorkload(text, $"namespace=\"apps\",pod=\"app-{workload}\"", seconds * (workload + 1) / 100);
        return text.ToString();
    }

    private static void AppendWorkload(StringBuilder text, string labels, double usage)
    {
        Line(text, $"container_cpu_usage_seconds_total{{{labels},container=\"app\"}}", usage);
        Line(text, $"container_memory_working_set_bytes{{{labels},container=\"app\"}}", 5e7 + usage);
        Line(text, $"kube_pod_container_status_restarts_total{{{labels},container=\"app\"}}", 0);
        foreach (var phase in Phases)
            Line(text, $"kube_pod_status_phase{{{labels},phase=\"{phase}\"}}", phase == "Running" ? 1 : 0);
    }

    private static void Line(StringBuilder text, string series, double value) =>
        text.Append(series).Append(' ').Append(value.ToString("0.###", CultureInfo.InvariantCulture)).Append('\n');

    private static JsonObject Job(string name, string path, string target, string job) => new()
    {
        ["job_name"] = name,
        ["metrics_path"] = path,
        ["static_configs"] = new JsonArray(new JsonObject
        {
            ["targets"] = new JsonArray(target),
            ["labels"] = new JsonObject { ["job"] = job, ["namespace"] = StackNames.Namespace },
        }),
    };
}
