using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>The StatefulSet that the operator makes for one shard of a Prometheus or PrometheusAgent.</summary>
internal static class OperatorWorkload
{
    private const string Configuration = "/etc/prometheus/config_out/prometheus.env.yaml";
    private const string Data = "/prometheus";

    public static JsonObject StatefulSetOf(JsonObject resource, long shard)
    {
        var spec = new JsonObject
        {
            ["serviceName"] = IsAgent(resource) ? "prometheus-agent-operated" : "prometheus-operated",
            ["podManagementPolicy"] = "Parallel",
            ["replicas"] = resource.NumberAt("spec", "replicas") ?? 1,
            ["selector"] = new JsonObject { ["matchLabels"] = PodLabels(resource, shard) },
            ["template"] = PodTemplate(resource, shard),
        };
        if (resource.At("spec", "storage", "volumeClaimTemplate") is JsonObject claim)
            spec["volumeClaimTemplates"] = new JsonArray(new JsonObject { ["metadata"] = new JsonObject { ["name"] = Volume(resource) }, ["spec"] = claim["spec"]?.DeepClone() });
        return new JsonObject { ["spec"] = spec };
    }

    private static bool IsAgent(JsonObject resource) => PrometheusOperator.KindOf(resource) == ResourceKind.PrometheusAgent;

    private static string Volume(JsonObject resource) => $"{PrometheusOperator.WorkloadOf(resource)}-db";

    private static JsonObject PodLabels(JsonObject resource, long shard) => new()
    {
        ["app.kubernetes.io/instance"] = resource.Name(),
        ["app.kubernetes.io/managed-by"] = "prometheus-operator",
        ["app.kubernetes.io/name"] = IsAgent(resource) ? "prometheus-agent" : "prometheus",
        ["operator.prometheus.io/name"] = resource.Name(),
        [PrometheusOperator.ShardLabel] = shard.ToString(CultureInfo.InvariantCulture),
        [IsAgent(resource) ? "operator.prometheus.io/mode" : "prometheus"] = IsAgent(resource) ? "agent" : resource.Name(),
    };

    private static JsonObject PodTemplate(JsonObject resource, long shard)
    {
        var labels = (JsonObject)Patches.Merge(PodLabels(resource, shard), resource.At("spec", "podMetadata", "labels") ?? new JsonObject())!;
        var annotations = resource.At("spec", "podMetadata", "annotations") is JsonObject given ? given.Copy() : [];
        annotations["kubectl.kubernetes.io/default-container"] = "prometheus";

        var volumes = new JsonArray(
            new JsonObject { ["name"] = "config", ["secret"] = new JsonObject { ["secretName"] = PrometheusOperator.WorkloadOf(resource) } },
            new JsonObject { ["name"] = "config-out", ["emptyDir"] = new JsonObject { ["medium"] = "Memory" } });
        if (resource.At("spec", "storage", "volumeClaimTemplate") is null)
            volumes.Add(new JsonObject { ["name"] = Volume(resource), ["emptyDir"] = new JsonObject() });
        var pod = new JsonObject
        {
            ["serviceAccountName"] = resource.TextAt("spec", "serviceAccountName") ?? "default",
            ["containers"] = new JsonArray(Prometheus(resource), new JsonObject { ["name"] = "config-reloader", ["securityContext"] = Restricted() }),
            ["volumes"] = volumes,
        };
        foreach (var name in (ReadOnlySpan<string>)["securityContext", "tolerations", "nodeSelector", "affinity", "imagePullSecrets"])
        {
            if (resource.At("spec", name) is { } value)
                pod[name] = value.DeepClone();
        }
        return new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels, ["annotations"] = annotations }, ["spec"] = pod };
    }

    private static JsonObject Prometheus(JsonObject resource)
    {
        var container = new JsonObject
        {
            ["name"] = "prometheus",
            ["image"] = resource.TextAt("spec", "image"),
            ["args"] = IsAgent(resource)
                ? new JsonArray("--agent", $"--config.file={Configuration}", $"--storage.agent.path={Data}", "--web.enable-lifecycle")
                : new JsonArray($"--config.file={Configuration}", $"--storage.tsdb.path={Data}", "--web.enable-lifecycle"),
            ["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 9090, ["name"] = resource.TextAt("spec", "portName") ?? "web", ["protocol"] = "TCP" }),
            ["volumeMounts"] = new JsonArray(
                new JsonObject { ["name"] = "config-out", ["mountPath"] = "/etc/prometheus/config_out" },
                new JsonObject { ["name"] = Volume(resource), ["mountPath"] = Data }),
            // The operator's own, whatever the resource says (operator, pkg/prometheus/server, makeStatefulSetSpec).
            ["securityContext"] = Restricted(),
        };
        if (resource.At("spec", "resources") is { } resources)
            container["resources"] = resources.DeepClone();
        return container;
    }

    private static JsonObject Restricted() => new()
    {
        ["readOnlyRootFilesystem"] = true,
        ["allowPrivilegeEscalation"] = false,
        ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
    };
}
