using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.RemoteWrite;
using CentralAmp.Settings;

namespace CentralAmp.Deliveries.Managed;

/// <summary>The common part of the pods of both kinds of agents.</summary>
internal static class AgentPod
{
    /// <summary>The user "nobody" of the Prometheus image.</summary>
    private const int User = 65534;

    /// <summary>Enough for a cluster of some hundred nodes. Prometheus keeps its memory below the limit (automatic GOMEMLIMIT, on since Prometheus 3).</summary>
    public static JsonObject Resources() => new()
    {
        ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "512Mi" },
        ["limits"] = new JsonObject { ["cpu"] = "2", ["memory"] = "2Gi" },
    };

    /// <summary>Pod Security Standard "restricted"; the group may read the role's token, which only root could read otherwise.</summary>
    public static JsonObject PodSecurity() => new()
    {
        ["runAsNonRoot"] = true,
        ["runAsUser"] = User,
        ["runAsGroup"] = User,
        ["fsGroup"] = User,
        ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
    };

    public static JsonObject ContainerSecurity() => new()
    {
        ["allowPrivilegeEscalation"] = false,
        ["readOnlyRootFilesystem"] = true,
        ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
    };

    /// <summary>Only the write-ahead log, which an agent truncates every two hours; the limit protects the node.</summary>
    public static JsonObject Storage() => new() { ["sizeLimit"] = "8Gi" };

    public static JsonObject NodeSelector() => new() { ["kubernetes.io/os"] = "linux" };
}

/// <summary>The input for rendering an agent.</summary>
/// <param name="RoleArn">The role that the service account assumes.</param>
/// <param name="Entry">CentralAmp's entry, rendered without a replica label and for one replica and shard.</param>
/// <param name="Image">With a tag or a digest.</param>
/// <param name="Tolerations">In Kubernetes' spelling; may be empty.</param>
public sealed record AgentSpec(string RoleArn, JsonObject Entry, string Image, JsonArray Tolerations)
{
    /// <summary>Which monitors an operator's agent selects, as fields of its spec.</summary>
    public JsonObject Monitors { get; init; } = MonitorSelection.Everything();

    public AgentLimits Limits { get; init; } = new();

    /// <param name="monitors">Null: everything.</param>
    public static AgentSpec Of(DesiredDelivery desired, HubSettings settings, JsonObject? monitors = null) =>
        new(desired.RoleArn, desired.Entry, settings.AgentImage, settings.AgentTolerations)
        {
            Monitors = monitors ?? MonitorSelection.Everything(),
            Limits = settings.AgentLimits,
        };
}
