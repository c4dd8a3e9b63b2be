using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Registry;

namespace CentralAmp.Deliveries;

/// <summary>
/// Which Prometheus is the collector. What is onboarded stays, until its owner opts it out, it is gone, or the cluster's tag names another one. Labels and
/// annotations of other resources move nothing: a tenant can set them. Pure.
/// </summary>
internal static class CollectorChoice
{
    /// <returns>One resource, none, or several that an operator must choose from.</returns>
    public static IReadOnlyList<PrometheusResource> Of(PlanObservation observation)
    {
        var eligible = Eligible(observation);
        return observation.Described.Options.Collector is { } tag
            ? [.. eligible.Where(prometheus => PathOf(prometheus) == tag)]
            : Onboarded(observation, eligible) is { } stays ? [stays] : Chosen(observation, eligible);
    }

    /// <summary>Several resources, and nothing but the role could say which one is onboarded.</summary>
    public static bool IsUndecided(PlanObservation observation) => Of(observation).Count > 1;

    public static string PathOf(PrometheusResource prometheus) => $"{prometheus.Namespace}/{prometheus.Name}";

    private static List<PrometheusResource> Eligible(PlanObservation observation) => [.. (observation.Prometheuses ?? []).Where(prometheus => !prometheus.OptedOut)];

    /// <summary>Also if it was recreated: who may recreate it in its namespace, may configure it as well.</summary>
    private static PrometheusResource? Onboarded(PlanObservation observation, List<PrometheusResource> eligible)
    {
        var recorded = Ownership.Recorded(observation);
        var isOlderThanTheRole = recorded is not null && observation.TrustedSubjects is { Count: > 0 } trusted && !trusted.Contains(recorded.Subject);
        return recorded is null || isOlderThanTheRole
            ? ByProof(observation, eligible)
            : eligible.Find(prometheus => (prometheus.Namespace, prometheus.Name) == (recorded.Namespace, recorded.Name));
    }

    /// <summary>CentralAmp writes the collector's subject first. Where resources share a service account, the one with the entry is the collector.</summary>
    private static PrometheusResource? ByProof(PlanObservation observation, List<PrometheusResource> eligible)
    {
        var first = Ownership.Proven(observation) is [var subject, ..] ? subject : null;
        var proven = eligible.Where(prometheus => RecordedCollector.SubjectOf(prometheus.Namespace, prometheus.ServiceAccount) == first).ToList();
        return proven.Count > 1 ? proven.Find(prometheus => prometheus.RemoteWriteIsManaged) : proven.FirstOrDefault();
    }

    private static List<PrometheusResource> Chosen(PlanObservation observation, List<PrometheusResource> eligible)
    {
        var preferred = eligible.Where(prometheus => observation.Settings.CollectorNamespaces.Contains(prometheus.Namespace, StringComparer.Ordinal)).ToList();
        // A cluster with CentralAmp's agent is onboarded: not every Prometheus that appears takes over.
        return Ownership.HasAgent(observation) && observation.AskedDelivery == DeliveryNames.Auto
            ? preferred.Count == 1 ? preferred : []
            : eligible.Count > 1 && preferred.Count > 0 ? preferred : eligible;
    }
}
