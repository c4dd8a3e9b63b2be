using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>
/// The stand-in of prometheus-operator: from every Prometheus resource the Secret with its configuration and the
/// StatefulSet, and back into its status how that went.
/// </summary>
internal sealed class PrometheusOperator(ObjectStore store, ObjectWriter writer, Version version, JsonArray scrapeConfigs, TimeProvider time)
{
    public const string Manager = "PrometheusOperator";
    public const string ConfigurationKey = "prometheus.yaml.gz";

    private static readonly WriteOptions Own = new(new FieldManager(Manager, FieldManager.Apply)) { Force = true };
    private static readonly WriteOptions OwnStatus = new(new FieldManager(Manager, FieldManager.Apply, "status")) { Force = true };

    public void Reconcile()
    {
        foreach (var resource in store.List(ResourceKind.Prometheus))
            Reconcile(resource);
    }

    /// <summary>Name of the StatefulSet and of the Secret of a Prometheus resource.</summary>
    public static string WorkloadOf(JsonObject resource) => $"prometheus-{resource.Name()}";

    private void Reconcile(JsonObject resource)
    {
        var refusal = "";
        try
        {
            var configuration = PrometheusConfiguration.Generate(resource, version, scrapeConfigs);
            writer.Apply(ResourceKind.Secret, Owned(resource, ResourceKind.Secret, new JsonObject
            {
                ["data"] = new JsonObject { [ConfigurationKey] = Compress(configuration) },
            }), Own);
            writer.Apply(ResourceKind.StatefulSet, Owned(resource, ResourceKind.StatefulSet, StatefulSetOf(resource)), Own);
        }
        catch (ConfigurationRefusedException refused)
        {
            refusal = refused.Message;
        }
        WriteStatus(resource, refusal);
    }

    private static JsonObject Owned(JsonObject resource, ResourceKind kind, JsonObject content)
    {
        content["apiVersion"] = kind.ApiVersion;
        content["kind"] = kind.Kind;
        content["metadata"] = new JsonObject
        {
            ["name"] = WorkloadOf(resource),
            ["namespace"] = resource.Namespace(),
            ["labels"] = new JsonObject { ["managed-by"] = "prometheus-operator" },
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = ResourceKind.Prometheus.ApiVersion,
                ["kind"] = ResourceKind.Prometheus.Kind,
                ["name"] = resource.Name(),
                ["uid"] = resource.Uid(),
                ["controller"] = true,
            }),
        };
        return content;
    }

    private static JsonObject StatefulSetOf(JsonObject resource)
    {
        var workload = WorkloadOf(resource);
        var spec = new JsonObject
        {
            ["serviceName"] = "prometheus-operated",
            ["podManagementPolicy"] = "Parallel",
            ["replicas"] = resource.NumberAt("spec", "replicas") ?? 1,
            ["selector"] = new JsonObject { ["matchLabels"] = PodLabels(resource) },
            ["template"] = PodTemplate(resource),
        };
        if (resource.At("spec", "storage", "volumeClaimTemplate") is JsonObject claim)
            spec["volumeClaimTemplates"] = new JsonArray(new JsonObject { ["metadata"] = new JsonObject { ["name"] = $"{workload}-db" }, ["spec"] = claim["spec"]?.DeepClone() });
        return new JsonObject { ["spec"] = spec };
    }

    private static JsonObject PodLabels(JsonObject resource) => new()
    {
        ["app.kubernetes.io/instance"] = resource.Name(),
        ["app.kubernetes.io/managed-by"] = "prometheus-operator",
        ["app.kubernetes.io/name"] = "prometheus",
        ["operator.prometheus.io/name"] = resource.Name(),
        ["prometheus"] = resource.Name(),
    };

    private static JsonObject PodTemplate(JsonObject resource)
    {
        var labels = (JsonObject)Clusters.Api.Patches.Merge(PodLabels(resource), resource.At("spec", "podMetadata", "labels") ?? new JsonObject())!;
        var annotations = resource.At("spec", "podMetadata", "annotations") is JsonObject given ? given.Copy() : [];
        annotations["kubectl.kubernetes.io/default-container"] = "prometheus";

        var volumes = new JsonArray(
            new JsonObject { ["name"] = "config", ["secret"] = new JsonObject { ["secretName"] = WorkloadOf(resource) } },
            new JsonObject { ["name"] = "config-out", ["emptyDir"] = new JsonObject { ["medium"] = "Memory" } });
        if (resource.At("spec", "storage", "volumeClaimTemplate") is null)
            volumes.Add(new JsonObject { ["name"] = $"{WorkloadOf(resource)}-db", ["emptyDir"] = new JsonObject() });
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = labels, ["annotations"] = annotations },
            ["spec"] = new JsonObject
            {
                ["serviceAccountName"] = resource.TextAt("spec", "serviceAccountName") ?? "default",
                ["containers"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "prometheus",
                        ["image"] = resource.TextAt("spec", "image"),
                        ["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 9090, ["name"] = resource.TextAt("spec", "portName") ?? "web", ["protocol"] = "TCP" }),
                    },
                    new JsonObject { ["name"] = "config-reloader" }),
                ["volumes"] = volumes,
            },
        };
    }

    private void WriteStatus(JsonObject resource, string refusal)
    {
        var pods = store.List(ResourceKind.Pod, resource.Namespace()).Where(p => p.IsPartOf(WorkloadOf(resource))).ToList();
        var revision = store.Find(ResourceKind.StatefulSet, resource.Namespace(), WorkloadOf(resource))?.Revision() ?? "";
        var wanted = resource.NumberAt("spec", "replicas") ?? 1;
        var updated = pods.Count(p => p.RunsRevision(revision));
        var available = pods.Count(p => p.IsReady());
        var current = pods.Count(p => p.RunsRevision(revision) && p.IsReady());

        var availability = current >= wanted ? ("True", "", "")
            : available > 0 ? ("Degraded", "SomePodsNotReady", $"{available} of {wanted} pods ready, {current} of them updated")
            : ("False", "NoPodReady", "no pod is ready");
        var reconciled = refusal.Length == 0 ? ("True", "", "") : ("False", "ReconciliationFailed", refusal);
        var status = new JsonObject
        {
            ["paused"] = false,
            ["replicas"] = pods.Count,
            ["updatedReplicas"] = updated,
            ["availableReplicas"] = available,
            ["unavailableReplicas"] = Math.Max(0, wanted - available),
            ["shards"] = 1,
            ["conditions"] = new JsonArray(Condition(resource, "Available", availability), Condition(resource, "Reconciled", reconciled)),
        };
        // The uid keeps the apply from making a resource again that was deleted meanwhile.
        writer.Apply(ResourceKind.Prometheus, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = resource.Name(), ["namespace"] = resource.Namespace(), ["uid"] = resource.Uid() },
            ["status"] = status,
        }, OwnStatus);
    }

    private JsonObject Condition(JsonObject resource, string type, (string Status, string Reason, string Message) now)
    {
        var before = resource.ObjectsAt("status", "conditions").FirstOrDefault(c => c.TextAt("type") == type);
        var since = before.TextAt("status") == now.Status ? before.TextAt("lastTransitionTime") : null;
        return new JsonObject
        {
            ["type"] = type,
            ["status"] = now.Status,
            ["reason"] = now.Reason,
            ["message"] = now.Message,
            ["observedGeneration"] = resource.NumberAt("metadata", "generation"),
            ["lastTransitionTime"] = since ?? ServiceAccountTokens.Timestamp(time.GetUtcNow()),
        };
    }

    private static string Compress(JsonObject configuration)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(configuration.ToText()));
        return Convert.ToBase64String(buffer.ToArray());
    }
}
