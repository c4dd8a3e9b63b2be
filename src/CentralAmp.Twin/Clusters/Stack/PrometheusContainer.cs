using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>The container of a pod that runs Prometheus: what its arguments and mounts say.</summary>
internal sealed class PrometheusContainer
{
    private const string Name = "prometheus";
    private static readonly string[] AgentFlags = ["--agent", "--enable-feature=agent"];

    private readonly JsonObject pod;
    private readonly JsonObject container;
    private readonly Dictionary<string, string> flags = [];

    private PrometheusContainer(JsonObject pod, JsonObject container)
    {
        (this.pod, this.container) = (pod, container);
        foreach (var argument in container.TextsAt("args"))
            flags[argument.Split('=', 2)[0]] = argument;
        IsAgent = container.TextsAt("args").Any(AgentFlags.Contains);
    }

    public bool IsAgent { get; }

    /// <summary>In the container.</summary>
    public string ConfigurationFile => ValueOf("--config.file") ?? "/etc/prometheus/prometheus.yml";

    /// <summary>In the container; what the image's own working directory is without the flag.</summary>
    public string DataFolder => ValueOf(IsAgent ? "--storage.agent.path" : "--storage.tsdb.path") ?? "/prometheus";

    /// <summary>Flags that only tell where something is are answered by the kubelet stand-in; the others go to the program as they are.</summary>
    public IReadOnlyList<string> OtherFlags => [.. flags.Where(flag =>
        flag.Key is not ("--config.file" or "--storage.agent.path" or "--storage.tsdb.path" or "--web.listen-address" or "--web.enable-lifecycle") &&
        !AgentFlags.Contains(flag.Value)).Select(flag => flag.Value)];

    /// <summary>The volume in which the samples are goes with the pod.</summary>
    public bool IsEphemeral => VolumeAt(DataFolder)?["persistentVolumeClaim"] is null;

    /// <summary>A config-reloader stands beside it, as the operator makes it.</summary>
    public bool HasReloader => pod.ObjectsAt("spec", "containers").Any(c => c.TextAt("name") == "config-reloader");

    public IEnumerable<(string MountPath, JsonObject Volume)> Mounts =>
        from mount in container.ObjectsAt("volumeMounts")
        let volume = Volume(mount.TextAt("name") ?? "")
        where volume is not null
        select (mount.TextAt("mountPath") ?? "/", volume);

    public IEnumerable<JsonObject> Variables => container.ObjectsAt("env");

    /// <summary>Null for a pod that runs something else.</summary>
    public static PrometheusContainer? Of(JsonObject pod) =>
        pod.ObjectsAt("spec", "containers").FirstOrDefault(c => c.TextAt("name") == Name) is { } container ? new PrometheusContainer(pod, container) : null;

    private string? ValueOf(string flag) => flags.GetValueOrDefault(flag)?.Split('=', 2) is [_, var value] ? value : null;

    private JsonObject? VolumeAt(string path) => Mounts.Where(m => path == m.MountPath || path.StartsWith(m.MountPath.TrimEnd('/') + "/", StringComparison.Ordinal))
        .OrderByDescending(m => m.MountPath.Length).Select(m => m.Volume).FirstOrDefault();

    private JsonObject? Volume(string name) => pod.ObjectsAt("spec", "volumes").FirstOrDefault(v => v.TextAt("name") == name);
}
