using CentralAmp.Kubernetes;

namespace CentralAmp.Planning;

/// <summary>Reads what collectors a cluster has.</summary>
internal static class CollectorGatherer
{
    public static async Task<PlanFacts> GatherAsync(PlanFacts facts, IKubernetes kubernetes, CancellationToken cancellationToken)
    {
        var resources = await kubernetes.ListAsync(KubernetesPath.AllPrometheuses, cancellationToken);
        var prometheuses = resources?.Select(PrometheusResource.Read).ToList();
        var candidates = PlanFacts.CandidatesOf(prometheuses);
        if (candidates.Count == 0)
        {
            var agents = resources is null ? null : await kubernetes.ListAsync(KubernetesPath.AllPrometheusAgents, cancellationToken);
            return facts with { Prometheuses = prometheuses, PrometheusAgents = agents?.Count ?? 0 };
        }

        if (candidates is not [{ Malformed: null } only])
        {
            return facts with { Prometheuses = prometheuses };
        }

        var account = await kubernetes.GetAsync(KubernetesPath.ServiceAccount(only.Namespace, only.ServiceAccount), cancellationToken);
        var set = await kubernetes.GetAsync(KubernetesPath.StatefulSet(only.Namespace, CollectorNames.StatefulSet(only.Name, shard: 0)), cancellationToken);
        return facts with
        {
            Prometheuses = prometheuses,
            ServiceAccount = account is null ? null : ServiceAccountResource.Read(account),
            StatefulSet = set is null ? null : StatefulSetResource.Read(set),
        };
    }
}
