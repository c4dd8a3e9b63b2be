using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries.Choice;

/// <summary>Reads what collectors a cluster has, of others and of ours.</summary>
internal static class CollectorObserver
{
    public static async Task<PlanObservation> ObserveAsync(PlanObservation facts, IKubernetes kubernetes, CancellationToken cancellationToken)
    {
        var prometheuses = await kubernetes.ListAsync(KubernetesPath.AllPrometheuses, cancellationToken);
        var agents = await kubernetes.ListAsync(KubernetesPath.AllPrometheusAgents, cancellationToken);
        var gathered = facts with
        {
            Prometheuses = prometheuses?.Select(PrometheusResource.Read).ToList(),
            Agents = agents?.Select(PrometheusAgentResource.Read).ToList(),
            Own = await ManagedNamespaceObserver.ObserveAsync(kubernetes, cancellationToken),
        };
        gathered = gathered.Candidates is [{ Malformed: null } only] ? await LookAtAsync(gathered, only, kubernetes, cancellationToken) : gathered;
        return DeliveryChoice.DependsOnNodes(gathered)
            ? gathered with { ReadyNodes = (await kubernetes.ListAsync(KubernetesPath.Nodes, cancellationToken) ?? []).Count(IsReady) }
            : gathered;
    }

    /// <summary>EKS is asked only where an identity of ours could push another aside.</summary>
    public static async Task<PlanObservation> WithPodIdentityAsync(
        PlanObservation facts, IPodIdentities identities, ExecutionReference execution, CancellationToken cancellationToken) =>
        facts.AsksForPodIdentity
            ? facts with
            {
                PodIdentity = await identities.FindAsync(
                    facts.Cluster, facts.ServiceAccount!.Namespace, facts.ServiceAccount.Name, execution, cancellationToken),
            }
            : facts;

    private static async Task<PlanObservation> LookAtAsync(PlanObservation facts, PrometheusResource only, IKubernetes kubernetes, CancellationToken cancellationToken)
    {
        var account = await kubernetes.GetAsync(KubernetesPath.ServiceAccount(only.Namespace, only.ServiceAccount), cancellationToken);
        var set = await kubernetes.GetAsync(KubernetesPath.StatefulSet(only.Namespace, CollectorNames.StatefulSet(only.Name, shard: 0)), cancellationToken);
        return facts with
        {
            ServiceAccount = account is null ? null : ServiceAccountResource.Read(account),
            StatefulSet = set is null ? null : StatefulSetResource.Read(set),
        };
    }

    private static bool IsReady(JsonObject node) => ((node["status"] as JsonObject)?["conditions"] as JsonArray)?
        .OfType<JsonObject>()
        .Any(condition => condition["type"]?.ToString() == "Ready" && condition["status"]?.ToString() == "True") == true;
}
