using System.Text.Json.Nodes;

namespace CentralAmp.Delivery.Agents;

/// <summary>What the pods of both flavours of own agents have in common.</summary>
internal static class AgentPod
{
    /// <summary>"nobody" of the Prometheus image.</summary>
    private const int User = 65534;

    /// <summary>Room for a cluster of some hundred nodes. Prometheus keeps itself below the limit (automatic GOMEMLIMIT, on since Prometheus 3).</summary>
    public static JsonObject Resources() => new()
    {
        ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "512Mi" },
        ["limits"] = new JsonObject { ["cpu"] = "2", ["memory"] = "2Gi" },
    };

    /// <summary>Pod Security Standard "restricted"; the group is for the role's token, which only root could read otherwise.</summary>
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

    /// <summary>The write-ahead log alone, which an agent cuts every two hours; a limit spares the node what goes wrong.</summary>
    public static JsonObject Storage() => new() { ["sizeLimit"] = "8Gi" };

    public static JsonObject NodeSelector() => new() { ["kubernetes.io/os"] = "linux" };
}
