using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Writes the status of a Prometheus or PrometheusAgent, as the operator does.</summary>
internal sealed class OperatorStatus(ObjectStore store, ObjectWriter writer, TimeProvider time)
{
    private static readonly WriteOptions Own = new(new FieldManager(PrometheusOperator.Manager, FieldManager.Apply, "status")) { Force = true };

    /// <param name="refusal">Why the operator did not reconcile it; empty if it did.</param>
    public void Write(JsonObject resource, string refusal)
    {
        var shards = Enumerable.Range(0, (int)PrometheusOperator.ShardsOf(resource)).Select(shard => Count(resource, shard)).ToList();
        var wanted = shards.Sum(s => s.Wanted);
        var (available, current) = (shards.Sum(s => s.Available), shards.Sum(s => s.Current));
        var availability = current >= wanted ? ("True", "", "")
            : available > 0 ? ("Degraded", "SomePodsNotReady", $"{available} of {wanted} pods ready, {current} of them updated")
            : ("False", "NoPodReady", "no pod is ready");
        var reconciled = refusal.Length == 0 ? ("True", "", "") : ("False", "ReconciliationFailed", refusal);

        // With the uid, the apply cannot recreate a resource that was deleted at the same time.
        writer.Apply(PrometheusOperator.KindOf(resource), new JsonObject
        {
            ["kind"] = resource.TextAt("kind"),
            ["metadata"] = new JsonObject { ["name"] = resource.Name(), ["namespace"] = resource.Namespace(), ["uid"] = resource.Uid() },
            ["status"] = new JsonObject
            {
                ["paused"] = false,
                ["replicas"] = shards.Sum(s => s.Pods),
                ["updatedReplicas"] = shards.Sum(s => s.Updated),
                ["availableReplicas"] = available,
                ["unavailableReplicas"] = Math.Max(0, wanted - available),
                ["shards"] = shards.Count,
                ["shardStatuses"] = new JsonArray([.. shards.Select((shard, i) => shard.ToJson(i))]),
                ["conditions"] = new JsonArray(Condition(resource, "Available", availability), Condition(resource, "Reconciled", reconciled)),
            },
        }, Own);
    }

    private Shard Count(JsonObject resource, int shard)
    {
        var workload = PrometheusOperator.WorkloadOf(resource, shard);
        var pods = store.List(ResourceKind.Pod, resource.Namespace()).Where(p => p.IsPartOf(workload)).ToList();
        var revision = store.Find(ResourceKind.StatefulSet, resource.Namespace(), workload)?.Revision() ?? "";
        return new Shard(
            resource.NumberAt("spec", "replicas") ?? 1, pods.Count, pods.Count(p => p.RunsRevision(revision)),
            pods.Count(p => p.IsReady()), pods.Count(p => p.RunsRevision(revision) && p.IsReady()));
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

    /// <param name="Current">Updated and ready.</param>
    private sealed record Shard(long Wanted, int Pods, int Updated, int Available, int Current)
    {
        public JsonObject ToJson(int shard) => new()
        {
            ["shardID"] = shard.ToString(CultureInfo.InvariantCulture),
            ["replicas"] = Pods,
            ["updatedReplicas"] = Updated,
            ["availableReplicas"] = Available,
            ["unavailableReplicas"] = Math.Max(0, Wanted - Available),
        };
    }
}
