using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>
/// The stand-in of prometheus-operator: from every Prometheus and PrometheusAgent the Secret with its configuration and a
/// StatefulSet for each shard; it writes the result into the status.
/// </summary>
internal sealed class PrometheusOperator(ObjectStore store, ObjectWriter writer, Version version, ScrapeJobs jobs, ClusterBehaviour behaviour, TimeProvider time)
{
    public const string Manager = "PrometheusOperator";
    public const string ConfigurationKey = "prometheus.yaml.gz";
    public const string ShardLabel = "operator.prometheus.io/shard";

    private static readonly WriteOptions Own = new(new FieldManager(Manager, FieldManager.Apply)) { Force = true };
    private readonly OperatorStatus status = new(store, writer, time);

    public void Reconcile()
    {
        foreach (var resource in store.List(ResourceKind.Prometheus).Concat(store.List(ResourceKind.PrometheusAgent)))
            Reconcile(resource);
    }

    /// <summary>Name of the Secret of a resource, and of the StatefulSet of its first shard.</summary>
    public static string WorkloadOf(JsonObject resource) => $"{(IsAgent(resource) ? "prom-agent" : "prometheus")}-{resource.Name()}";

    public static string WorkloadOf(JsonObject resource, long shard) => shard == 0 ? WorkloadOf(resource) : $"{WorkloadOf(resource)}-shard-{shard}";

    public static ResourceKind KindOf(JsonObject resource) => IsAgent(resource) ? ResourceKind.PrometheusAgent : ResourceKind.Prometheus;

    public static long ShardsOf(JsonObject resource) => Math.Max(1, resource.NumberAt("spec", "shards") ?? 1);

    private static bool IsAgent(JsonObject resource) => resource.TextAt("kind") == ResourceKind.PrometheusAgent.Kind;

    private void Reconcile(JsonObject resource)
    {
        if (resource.At("spec", "paused") is JsonValue paused && paused.GetValue<bool>())
            return;
        var refusal = "";
        try
        {
            Apply(resource);
        }
        catch (ConfigurationRefusedException refused)
        {
            refusal = refused.Message;
        }
        // Operators before 0.57 wrote no conditions.
        if (!behaviour.OlderOperator)
            status.Write(resource, refusal);
    }

    private void Apply(JsonObject resource)
    {
        if (IsAgent(resource) && resource.TextAt("spec", "mode") == "DaemonSet")
            throw new ConfigurationRefusedException("spec.mode: the twin's operator makes no DaemonSet");
        var configuration = PrometheusConfiguration.Generate(resource, version, IsAgent(resource) ? jobs.OfAgent(resource) : jobs.OfStack());
        writer.Apply(ResourceKind.Secret, Owned(resource, ResourceKind.Secret, WorkloadOf(resource), new JsonObject
        {
            ["data"] = new JsonObject { [ConfigurationKey] = Compress(configuration) },
        }), Own);
        for (var shard = 0L; shard < ShardsOf(resource); shard++)
            writer.Apply(ResourceKind.StatefulSet, Owned(resource, ResourceKind.StatefulSet, WorkloadOf(resource, shard), OperatorWorkload.StatefulSetOf(resource, shard)), Own);
        foreach (var surplus in SurplusOf(resource))
            writer.Delete(ResourceKind.StatefulSet, surplus.Namespace(), surplus.Name(), dryRun: false);
    }

    private IEnumerable<JsonObject> SurplusOf(JsonObject resource)
    {
        var wanted = Enumerable.Range(0, (int)ShardsOf(resource)).Select(shard => WorkloadOf(resource, shard)).ToList();
        return store.List(ResourceKind.StatefulSet, resource.Namespace())
            .Where(set => set.ObjectsAt("metadata", "ownerReferences").Any(o => o.TextAt("uid") == resource.Uid()) && !wanted.Contains(set.Name()));
    }

    private static JsonObject Owned(JsonObject resource, ResourceKind kind, string name, JsonObject content)
    {
        content["apiVersion"] = kind.ApiVersion;
        content["kind"] = kind.Kind;
        content["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = resource.Namespace(),
            ["labels"] = new JsonObject { ["managed-by"] = "prometheus-operator" },
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = KindOf(resource).ApiVersion,
                ["kind"] = KindOf(resource).Kind,
                ["name"] = resource.Name(),
                ["uid"] = resource.Uid(),
                ["controller"] = true,
            }),
        };
        return content;
    }

    private static string Compress(JsonObject configuration)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(configuration.ToText()));
        return Convert.ToBase64String(buffer.ToArray());
    }
}
