using System.Globalization;
using System.Text;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Metrics of a twin cluster with one node and some workloads, named as by the real exporters.</summary>
internal static class ClusterMetrics
{
    private const int Cpus = 4;
    private const int Workloads = 12;
    private static readonly string[] CpuModes = ["idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"];
    private static readonly string[] Phases = ["Pending", "Running", "Succeeded", "Failed", "Unknown"];
    private static readonly string[] Verbs = ["GET", "LIST", "PATCH", "WATCH"];
    private static readonly string[] Resources = ["pods", "nodes", "configmaps"];

    // Of the fifty that cAdvisor has for a container, and the forty of kube-state-metrics for a pod: some that dashboards of kubernetes-mixin use.
    private static readonly string[] OfEachContainer =
    [
        "container_memory_rss", "container_memory_cache", "container_cpu_cfs_periods_total", "container_cpu_cfs_throttled_periods_total",
        "container_fs_reads_bytes_total", "container_fs_writes_bytes_total", "container_network_receive_bytes_total", "container_network_transmit_bytes_total",
    ];

    private static readonly string[] OfEachPod =
    [
        "kube_pod_info", "kube_pod_owner", "kube_pod_start_time", "kube_pod_status_ready", "kube_pod_container_resource_requests", "kube_pod_container_resource_limits",
    ];

    private static readonly string[] OfEachDevice = ["node_disk_read_bytes_total", "node_disk_written_bytes_total", "node_network_receive_bytes_total", "node_network_transmit_bytes_total", "node_filesystem_avail_bytes"];
    private static readonly string[] Devices = ["0", "1", "2", "3"];

    private static readonly string[] Buckets = ["0.005", "0.05", "0.1", "0.5", "1", "5", "10", "30", "60", "+Inf"];

    /// <summary>node-exporter: metrics in Prometheus' text format after the cluster has been up for this long.</summary>
    public static string OfNode(TimeSpan uptime)
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
        foreach (var name in OfEachDevice)
        {
            foreach (var device in Devices)
                Line(text, $"{name}{{device=\"{device}\"}}", Math.Floor(seconds));
        }
        return text.ToString();
    }

    /// <summary>kube-state-metrics.</summary>
    public static string OfKubeStateMetrics()
    {
        var text = new StringBuilder();
        Line(text, "kube_node_status_condition{node=\"ip-10-0-0-1.ec2.internal\",condition=\"Ready\",status=\"true\"}", 1);
        foreach (var labels in Pods())
        {
            Line(text, $"kube_pod_container_status_restarts_total{{{labels},container=\"app\"}}", 0);
            foreach (var name in OfEachPod)
                Line(text, $"{name}{{{labels}}}", 1);
            foreach (var phase in Phases)
                Line(text, $"kube_pod_status_phase{{{labels},phase=\"{phase}\"}}", phase == "Running" ? 1 : 0);
        }
        return text.ToString();
    }

    /// <summary>cAdvisor, which the kubelet serves.</summary>
    public static string OfContainers(TimeSpan uptime)
    {
        var text = new StringBuilder();
        text.AppendLine("# TYPE container_cpu_usage_seconds_total counter");
        foreach (var (labels, workload) in Pods().Select((labels, i) => (labels, i)))
        {
            Line(text, $"container_cpu_usage_seconds_total{{{labels},container=\"app\"}}", uptime.TotalSeconds * (workload + 1) / 100);
            Line(text, $"container_memory_working_set_bytes{{{labels},container=\"app\"}}", 5e7 + uptime.TotalSeconds);
            foreach (var name in OfEachContainer)
                Line(text, $"{name}{{{labels},container=\"app\"}}", Math.Floor(uptime.TotalSeconds));
        }
        return text.ToString();
    }

    /// <summary>The kubelet itself.</summary>
    public static string OfKubelet(TimeSpan uptime)
    {
        var text = new StringBuilder();
        Line(text, "kubelet_running_pods", Workloads);
        Line(text, "kubelet_node_name{node=\"ip-10-0-0-1.ec2.internal\"}", 1);
        Histogram(text, "kubelet_pod_worker_duration_seconds", "operation_type=\"sync\"", uptime.TotalSeconds);
        return text.ToString();
    }

    /// <summary>The API server: histograms, which are most of what a cluster costs.</summary>
    public static string OfApiServer(TimeSpan uptime)
    {
        var text = new StringBuilder();
        text.AppendLine("# TYPE apiserver_request_duration_seconds histogram");
        foreach (var resource in Resources)
        {
            foreach (var verb in Verbs)
            {
                Histogram(text, "apiserver_request_duration_seconds", $"resource=\"{resource}\",verb=\"{verb}\"", uptime.TotalSeconds);
                Line(text, $"apiserver_request_total{{resource=\"{resource}\",verb=\"{verb}\",code=\"200\"}}", Math.Floor(uptime.TotalSeconds));
            }
        }
        return text.ToString();
    }

    /// <summary>An application of a tenant with annotated pods.</summary>
    public static string OfApplication(TimeSpan uptime)
    {
        var text = new StringBuilder();
        for (var route = 0; route < Workloads; route++)
            Line(text, $"app_requests_total{{route=\"/{route}\"}}", Math.Floor(uptime.TotalSeconds) * (route + 1));
        return text.ToString();
    }

    private static IEnumerable<string> Pods() => Enumerable.Range(0, Workloads).Select(workload => $"namespace=\"apps\",pod=\"app-{workload}\"");

    private static void Histogram(StringBuilder text, string name, string labels, double count)
    {
        foreach (var bucket in Buckets)
            Line(text, $"{name}_bucket{{{labels},le=\"{bucket}\"}}", Math.Floor(count));
        Line(text, $"{name}_count{{{labels}}}", Math.Floor(count));
        Line(text, $"{name}_sum{{{labels}}}", count / 100);
    }

    private static void Line(StringBuilder text, string series, double value) =>
        text.Append(series).Append(' ').Append(value.ToString("0.###", CultureInfo.InvariantCulture)).Append('\n');
}
