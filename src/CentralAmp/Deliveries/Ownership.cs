using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Registry;

namespace CentralAmp.Deliveries;

/// <summary>
/// Which of the observed objects with CentralAmp's marks are CentralAmp's: those that the registry names, and where it names none, those that the
/// cluster's role trusts already. Marks alone prove nothing, because anybody can set them. Pure.
/// </summary>
internal static class Ownership
{
    private static readonly string AgentSubject = RecordedCollector.SubjectOf(AgentNames.Namespace, AgentNames.ServiceAccount);

    /// <summary>
    /// The registry does not explain what is observed, so the role's trust policy has to. Never for a cluster that is as its registry item says; so an
    /// unchanged cluster costs no call.
    /// </summary>
    public static bool MustAskIam(PlanObservation observation) =>
        observation.TrustedSubjects is null
        && (HasUnknownMarks(observation)
            || (observation.Managed.Namespace == NamespaceState.Managed && !IsNamespaceManaged(observation))
            || CollectorChoice.IsUndecided(observation));

    /// <summary>The onboarded collector. An item from before the facts names an agent only by its delivery.</summary>
    public static RecordedCollector? Recorded(PlanObservation observation) => observation switch
    {
        _ when observation.Facts.Onboarded() is { } recorded => recorded,
        { Item: { RoleArn: not null, Delivery: { } delivery } item } when DeliveryNames.IsManagedAgent(delivery) && item.State != Outcome.OptedOut => OfAgent(delivery),
        _ => null,
    };

    /// <summary>
    /// The subjects that IAM proves, the collector first. The registry, if it knows the collector, has precedence, unless the role does not trust that
    /// collector: then the registry is older than the role.
    /// </summary>
    public static IReadOnlyList<string> Proven(PlanObservation observation)
    {
        var trusted = observation.TrustedSubjects ?? [];
        return Recorded(observation) is { } recorded && trusted.Contains(recorded.Subject) ? [] : trusted;
    }

    /// <summary>CentralAmp made the namespace: the registry has its uid or announces it. An item from before the facts names it by the delivery.</summary>
    public static bool IsNamespaceManaged(PlanObservation observation) =>
        observation.Managed.Namespace is NamespaceState.Managed or NamespaceState.Terminating
        && (observation.Facts.IsNamespace(observation.Managed.NamespaceUid)
            || (observation.Facts.NamespaceUid is null && (WasMadeBefore(observation) || Proven(observation).Contains(AgentSubject))));

    /// <summary>
    /// The earlier collector that is trusted until the planned one is healthy, and ends then: at most one, by the registry or by the role. Several of
    /// CentralAmp's agents count as one, because they have one service account.
    /// </summary>
    public static IEnumerable<ReplacedDelivery> Earlier(PlanObservation observation, IReadOnlyList<ReplacedDelivery> marked, string plannedSubject)
    {
        var proven = ProvenEarlier(observation, plannedSubject).ToList();
        var ofRecord = marked.Where(one => IsRecorded(observation, one) || proven.Contains(SubjectOf(one))).ToList();
        var earlier = ofRecord.Select(SubjectOf).OrderByDescending(subject => subject == Recorded(observation)?.Subject).FirstOrDefault();
        return ofRecord.Where(one => SubjectOf(one) == earlier);
    }

    /// <summary>CentralAmp's agent is what sends.</summary>
    public static bool HasAgent(PlanObservation observation) =>
        Recorded(observation) is { } recorded ? recorded.Subject == AgentSubject : Proven(observation) is [var first, ..] && first == AgentSubject;

    private static bool IsRecorded(PlanObservation observation, ReplacedDelivery marked) => marked.Delivery == DeliveryNames.Prometheus
        ? Names(observation, marked.Collector.Namespace, marked.Collector.Name, marked.Collector.Uid)
        : observation.Facts.AllCollectors().Append(Recorded(observation)).Any(known => known?.Delivery == marked.Delivery);

    /// <summary>A resource that was recreated has another uid, and is not the one that CentralAmp changed.</summary>
    private static bool Names(PlanObservation observation, string @namespace, string name, string uid) =>
        uid.Length > 0 && observation.Facts.AllCollectors().Any(known => (known.Namespace, known.Name, known.Uid) == (@namespace, name, uid));

    /// <summary>
    /// Without the planned subject in the role, its first subject is the collector. With it, a second one is a move that has not ended; in a verified
    /// cluster no move runs, so the second subject is nobody's.
    /// </summary>
    private static IEnumerable<string> ProvenEarlier(PlanObservation observation, string plannedSubject)
    {
        var proven = Proven(observation);
        if (!proven.Contains(plannedSubject))
        {
            return proven.Take(1);
        }

        return observation.Item is not { State: Outcome.Verified } && proven.Count == 2 ? proven.Where(subject => subject != plannedSubject) : [];
    }

    private static bool HasUnknownMarks(PlanObservation observation) => (observation.Prometheuses ?? [])
        .Any(prometheus => prometheus.RemoteWriteOwners.Contains(ManagedNames.FieldManager) && !Names(observation, prometheus.Namespace, prometheus.Name, prometheus.Uid));

    private static bool WasMadeBefore(PlanObservation observation) =>
        observation.Item is { Delivery: DeliveryNames.Agent or DeliveryNames.PrometheusAgent or DeliveryNames.Values } item
        && item.Facts.Onboarded() is null
        && (item.RoleArn is not null || observation.TrustedSubjects is { Count: > 0 });

    private static string SubjectOf(ReplacedDelivery replaced) => RecordedCollector.SubjectOf(replaced.Collector.Namespace, replaced.Collector.ServiceAccount);

    private static RecordedCollector OfAgent(string delivery)
    {
        var agent = AgentCollector.Of(delivery);
        return new RecordedCollector(delivery, agent.Namespace, agent.Name, agent.Uid, agent.ServiceAccount);
    }
}
