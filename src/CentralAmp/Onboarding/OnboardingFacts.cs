using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Registry;

namespace CentralAmp.Onboarding;

/// <summary>What the registry records of one onboarding: before it changes anything, and when its collector sends. Pure.</summary>
internal static class OnboardingFacts
{
    /// <summary>Before the change: everything that the plan makes or changes, whether it exists already or not.</summary>
    /// <remarks>An earlier collector that only the role named is recorded as well: if this execution dies, the role trusts both.</remarks>
    /// <param name="iam">The roles, and the provider if CentralAmp creates it.</param>
    public static FactsUpdate Announce(OnboardingPlan plan, IEnumerable<RecordedObject> iam) => new()
    {
        Collector = Earlier(plan) ?? CollectorOf(plan),
        Sends = Earlier(plan) is { } earlier ? [CollectorOf(plan), earlier] : [CollectorOf(plan)],
        Objects = [.. ObjectsOf(plan), .. iam],
        NamespaceUid = plan.NamespaceUid ?? (UsesNamespace(plan) ? ClusterFacts.Announced : null),
        KnownNamespaceUid = plan.KnownNamespaceUid,
    };

    /// <summary>
    /// The planned collector sends: it is the onboarded one, and what it replaced has ended. For an unchanged cluster, this is also how an item from before
    /// the facts gets them.
    /// </summary>
    /// <param name="announced">
    /// This execution has announced the plan's objects, so the write may remove those that are gone: DynamoDB does not add and remove in one write.
    /// </param>
    public static FactsUpdate Deliver(OnboardingPlan plan, string? namespaceUid, bool announced = true) => new()
    {
        Collector = CollectorOf(plan),
        Sends = [CollectorOf(plan)],
        Objects = ObjectsOf(plan),
        Ended = [.. EndedBy(plan), .. (plan.Gone?.AllCollectors() ?? []).Where(gone => gone != CollectorOf(plan))],
        Gone = announced ? plan.Gone?.AllObjects() ?? [] : [],
        NamespaceUid = namespaceUid is { Length: > 0 } ? namespaceUid : plan.NamespaceUid,
    };

    /// <summary>The planned collector was withdrawn, and an earlier one goes on: no trust for the planned one any more.</summary>
    public static FactsUpdate? Withdraw(OnboardingPlan plan) =>
        EndedBy(plan).Count > 0 ? new FactsUpdate { Ended = [CollectorOf(plan)] } : null;

    public static RecordedCollector CollectorOf(OnboardingPlan plan) => Recorded(plan.Delivery, plan.RequireCollector());

    private static RecordedCollector? Earlier(OnboardingPlan plan) => plan.Replaces
        .Where(replaced => replaced.Delivery != DeliveryNames.Values)
        .Select(replaced => Recorded(replaced.Delivery, replaced.Collector))
        .FirstOrDefault();

    private static List<RecordedCollector> EndedBy(OnboardingPlan plan)
    {
        var planned = CollectorOf(plan);
        return [.. plan.Replaces.Where(replaced => replaced.Delivery != DeliveryNames.Values).SelectMany(Forms).Where(ended => ended != planned)];
    }

    /// <summary>A Prometheus is recorded under the delivery that configured it: by CentralAmp, or by an operator.</summary>
    private static IEnumerable<RecordedCollector> Forms(ReplacedDelivery replaced) => replaced.Delivery == DeliveryNames.Prometheus
        ? [Recorded(DeliveryNames.Prometheus, replaced.Collector), Recorded(DeliveryNames.Values, replaced.Collector)]
        : [Recorded(replaced.Delivery, replaced.Collector)];

    private static RecordedCollector Recorded(string delivery, Collector collector) =>
        new(delivery, collector.Namespace, collector.Name, collector.Uid, collector.ServiceAccount);

    private static List<RecordedObject> ObjectsOf(OnboardingPlan plan) =>
    [
        .. (plan.Delivery == DeliveryNames.Prometheus ? [plan.RequireCollector()] : (Collector[])[]).SelectMany(one => InCluster(one, plan.ServiceAccountUid ?? "")),
        .. plan.Replaces.Where(replaced => replaced.Delivery == DeliveryNames.Prometheus).SelectMany(replaced => InCluster(replaced.Collector, "")),
        .. plan.Replaces.Select(replaced => replaced.Delivery).Prepend(plan.Delivery).SelectMany(ManagedObject.PathsOf).Select(ManagedObject.RecordOf),
        .. RbacRules.Reading().Concat(RbacRules.Writing(plan)).Where(item => item.Kind != "Namespace").Select(item => item.Record),
    ];

    private static RecordedObject[] InCluster(Collector collector, string accountUid) =>
    [
        new("Prometheus", $"{collector.Namespace}/{collector.Name}", collector.Uid),
        new("ServiceAccount", $"{collector.Namespace}/{collector.ServiceAccount}", accountUid),
    ];

    private static bool UsesNamespace(OnboardingPlan plan) => ManagedObject.PathsOf(plan.Delivery).Count > 0;
}
