using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Controls the pods of StatefulSets: creates missing pods at once, and replaces outdated pods one after the other.</summary>
/// <param name="refusals">Objects that the cluster refuses. The controller retries a refused pod after the next change.</param>
internal sealed class StatefulSetController(ObjectStore store, ObjectWriter writer, PodIdentityWebhook webhook, IReadOnlyList<Refusal> refusals)
{
    private const string Manager = "kube-controller-manager";

    private static readonly WriteOptions Own = new(new FieldManager(Manager, FieldManager.Update));
    private static readonly WriteOptions OwnStatus = new(new FieldManager(Manager, FieldManager.Update, "status"));

    public void Reconcile()
    {
        var sets = store.List(ResourceKind.StatefulSet);
        foreach (var set in sets)
            Reconcile(set);
    }

    private void Reconcile(JsonObject set)
    {
        var replicas = set.NumberAt("spec", "replicas") ?? 1;
        var pods = store.List(ResourceKind.Pod, set.Namespace()).Where(p => p.IsPartOf(set.Name())).ToDictionary(p => p.Name());
        for (var ordinal = 0L; ordinal < replicas; ordinal++)
        {
            if (!pods.Remove($"{set.Name()}-{ordinal}", out _))
                CreatePod(set, ordinal);
        }
        foreach (var surplus in pods.Values)
            Delete(surplus);
        Roll(set, replicas);
        WriteStatus(set, replicas);
    }

    // From the last ordinal down: an outdated pod is replaced, and nothing goes on before that one is ready (the
    // StatefulSet controller's RollingUpdate; an outdated pod is replaced even if it is broken).
    private void Roll(JsonObject set, long replicas)
    {
        var revision = set.Revision();
        for (var ordinal = replicas - 1; ordinal >= 0; ordinal--)
        {
            if (store.Find(ResourceKind.Pod, set.Namespace(), $"{set.Name()}-{ordinal}") is not { } pod)
                return;
            if (!pod.RunsRevision(revision))
            {
                Delete(pod);
                return;
            }
            if (!pod.IsReady())
                return;
        }
    }

    private void CreatePod(JsonObject set, long ordinal)
    {
        var pod = Workloads.PodOf(set, ordinal);
        var account = store.Find(ResourceKind.ServiceAccount, set.Namespace(), pod.TextAt("spec", "serviceAccountName") ?? "default");
        // Kubernetes refuses a pod whose service account is missing; the controller tries again when anything changes.
        if (account is null || store.Find(ResourceKind.Namespace, "", set.Namespace()).At("metadata", "deletionTimestamp") is not null)
            return;
        try
        {
            writer.Create(ResourceKind.Pod, webhook.Mutate(pod, account), Own with
            {
                Admission = (before, after) =>
                {
                    Refusal.Check(refusals, ResourceKind.Pod, before, after);
                    PodSecurity.Check(store, after);
                },
            });
        }
        catch (StatusException refused) when (refused.Code == 403)
        {
            // The StatefulSet stays without pods, as with a policy that refuses pods in a real cluster.
        }
    }

    private void WriteStatus(JsonObject set, long replicas)
    {
        var revision = set.Revision();
        var pods = store.List(ResourceKind.Pod, set.Namespace()).Where(p => p.IsPartOf(set.Name())).ToList();
        var updated = pods.Where(p => p.RunsRevision(revision)).ToList();
        var isComplete = updated.Count(p => p.IsReady()) >= replicas && updated.Count == pods.Count;
        writer.Update(ResourceKind.StatefulSet, set.Namespace(), set.Name(), OwnStatus, current =>
        {
            current["status"] = new JsonObject
            {
                ["observedGeneration"] = set.NumberAt("metadata", "generation"),
                ["replicas"] = pods.Count,
                ["readyReplicas"] = pods.Count(p => p.IsReady()),
                ["availableReplicas"] = pods.Count(p => p.IsReady()),
                ["updatedReplicas"] = updated.Count,
                // The old revision stays the current one until the last pod has left it.
                ["currentRevision"] = isComplete ? revision : set.TextAt("status", "currentRevision") ?? revision,
                ["updateRevision"] = revision,
            };
            return current;
        });
    }

    private void Delete(JsonObject pod) => writer.Delete(ResourceKind.Pod, pod.Namespace(), pod.Name(), dryRun: false);
}
