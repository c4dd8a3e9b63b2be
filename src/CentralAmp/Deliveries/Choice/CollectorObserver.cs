using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries.Choice;

/// <summary>Reads the collectors of a cluster, those of other owners and CentralAmp's.</summary>
internal static class CollectorObserver
{
    /// <param name="askIam">Reads the subjects that the cluster's role trusts; called only where the registry does not explain what is observed.</param>
    public static async Task<PlanObservation> ObserveAsync(
        PlanObservation observation, IKubernetes kubernetes, Func<Task<IReadOnlyList<string>>> askIam, CancellationToken cancellationToken)
    {
        var prometheuses = await kubernetes.ListAsync(KubernetesPath.AllPrometheuses, cancellationToken);
        var agents = await kubernetes.ListAsync(KubernetesPath.AllPrometheusAgents, cancellationToken);
        var observed = observation with
        {
            Prometheuses = prometheuses?.Select(PrometheusResource.Read).ToList(),
            Agents = agents?.Select(PrometheusAgentResource.Read).ToList(),
            Managed = await ManagedNamespaceObserver.ObserveAsync(kubernetes, cancellationToken),
        };
        observed = Ownership.MustAskIam(observed) ? observed with { TrustedSubjects = await askIam() } : observed;
        observed = observed.Candidates is [{ Malformed: null } only] ? await ObserveCandidateAsync(observed, only, kubernetes, cancellationToken) : observed;
        if (MayGetAgent(observed))
        {
            observed = observed with { ServiceMonitors = [.. (await kubernetes.ListAsync(KubernetesPath.AllServiceMonitors, cancellationToken) ?? []).Select(ServiceMonitorResource.Read)] };
        }

        return DeliveryChoice.DependsOnNodes(observed)
            ? observed with { ReadyNodes = (await kubernetes.ListAsync(KubernetesPath.Nodes, cancellationToken) ?? []).Count(IsReady) }
            : observed;
    }

    /// <summary>Only an agent's plan names monitors. The pod identity, which is read after the cluster, may lead to an agent, too.</summary>
    private static bool MayGetAgent(PlanObservation observation) =>
        DeliveryChoice.Of(observation) is (DeliveryNames.PrometheusAgent, null)
        || observation is { AsksForPodIdentity: true, Agents: not null, AskedDelivery: DeliveryNames.Auto };

    /// <summary>Calls EKS only if CentralAmp's identity could replace another one.</summary>
    public static async Task<PlanObservation> WithPodIdentityAsync(
        PlanObservation observation, IPodIdentities identities, ExecutionReference execution, CancellationToken cancellationToken) =>
        observation.AsksForPodIdentity
            ? observation with
            {
                PodIdentity = await identities.FindAsync(
                    observation.Cluster, observation.ServiceAccount!.Namespace, observation.ServiceAccount.Name, execution, cancellationToken),
            }
            : observation;

    private static async Task<PlanObservation> ObserveCandidateAsync(PlanObservation observation, PrometheusResource only, IKubernetes kubernetes, CancellationToken cancellationToken)
    {
        var account = await kubernetes.GetAsync(KubernetesPath.ServiceAccount(only.Namespace, only.ServiceAccount), cancellationToken);
        var set = await kubernetes.GetAsync(KubernetesPath.StatefulSet(only.Namespace, CollectorNames.StatefulSet(only.Name, shard: 0)), cancellationToken);
        return observation with
        {
            ServiceAccount = account is null ? null : ServiceAccountResource.Read(account),
            StatefulSet = set is null ? null : StatefulSetResource.Read(set),
        };
    }

    private static bool IsReady(JsonObject node) => ((node["status"] as JsonObject)?["conditions"] as JsonArray)?
        .OfType<JsonObject>()
        .Any(condition => condition["type"]?.ToString() == "Ready" && condition["status"]?.ToString() == "True") == true;
}
