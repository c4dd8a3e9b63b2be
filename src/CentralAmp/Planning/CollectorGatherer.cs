using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Delivery;
using CentralAmp.Kubernetes;

namespace CentralAmp.Planning;

/// <summary>Reads what collectors a cluster has, of others and of ours.</summary>
internal static class CollectorGatherer
{
    public static async Task<PlanFacts> GatherAsync(PlanFacts facts, IKubernetes kubernetes, CancellationToken cancellationToken)
    {
        var prometheuses = await kubernetes.ListAsync(KubernetesPath.AllPrometheuses, cancellationToken);
        var agents = await kubernetes.ListAsync(KubernetesPath.AllPrometheusAgents, cancellationToken);
        var gathered = facts with
        {
            Prometheuses = prometheuses?.Select(PrometheusResource.Read).ToList(),
            Agents = agents?.Select(PrometheusAgentResource.Read).ToList(),
            Own = await OwnGatherer.GatherAsync(kubernetes, cancellationToken),
        };
        gathered = gathered.Candidates is [{ Malformed: null } only] ? await LookAtAsync(gathered, only, kubernetes, cancellationToken) : gathered;
        return DeliveryChoice.HangsOnNodes(gathered)
            ? gathered with { ReadyNodes = (await kubernetes.ListAsync(KubernetesPath.Nodes, cancellationToken) ?? []).Count(IsReady) }
            : gathered;
    }

    /// <summary>EKS is asked only where an identity of ours could push another aside.</summary>
    public static async Task<PlanFacts> WithPodIdentityAsync(
        PlanFacts facts, IPodIdentities identities, ExecutionReference execution, CancellationToken cancellationToken) =>
        facts.AsksForPodIdentity
            ? facts with
            {
                PodIdentity = await identities.FindAsync(
                    facts.Cluster, facts.ServiceAccount!.Namespace, facts.ServiceAccount.Name, execution, cancellationToken),
            }
            : facts;

    private static async Task<PlanFacts> LookAtAsync(PlanFacts facts, PrometheusResource only, IKubernetes kubernetes, CancellationToken cancellationToken)
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
