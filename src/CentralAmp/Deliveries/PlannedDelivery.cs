using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries;

/// <summary>What one delivery will work on, and what it will have to do. Pure.</summary>
/// <param name="Replaces">Earlier deliveries, which end when this one is healthy.</param>
/// <param name="WaitsFor">What people have to do after ours is done; null where nothing depends on them.</param>
/// <param name="Refusal">Why a person must act first.</param>
internal sealed record PlannedDelivery(
    string Delivery, Collector Collector, Change Change, string Sentence, ReplacedDelivery[] Replaces, Failure? WaitsFor = null, Failure? Refusal = null)
{
    public static Change ChangeOf(PlanObservation facts, IReadOnlyList<ManagedObject> objects)
    {
        var standings = objects.Select(item => item.StateOf(facts.Own.Find(item.Path))).ToList();
        return standings switch
        {
            _ when standings.All(standing => standing == ManagedObjectState.Current) => Change.Unchanged,
            _ when standings.All(standing => standing == ManagedObjectState.Absent) => Change.Created,
            _ => Change.Updated,
        };
    }

    public static Change AtLeast(Change change, ReplacedDelivery[] replaces) =>
        change == Change.Unchanged && replaces.Length > 0 ? Change.Updated : change;

    public static string Identity(PlanObservation facts) =>
        facts.RoleArn == facts.IngestRoleArn ? facts.RoleArn : $"{facts.RoleArn}, which assumes {facts.IngestRoleArn}";
}

/// <summary>Finds earlier deliveries of ours. Pure.</summary>
internal static class Replaced
{
    /// <summary>Only what sends, or misleads people: an identity that is left on someone's pods does no harm, and taking it away would roll them.</summary>
    public static ReplacedDelivery[] By(PlanObservation facts, string delivery) =>
    [
        .. ManagedObject.Deliveries.Where(other => other != delivery && facts.Own.Has(other)).Select(other => new ReplacedDelivery(other, AgentCollector.Of(other))),
        .. (facts.Prometheuses ?? [])
            .Where(prometheus => prometheus.RemoteWriteOwners.Contains(ManagedNames.FieldManager) && !(delivery == DeliveryNames.Prometheus && prometheus == facts.Candidate))
            .Select(prometheus => new ReplacedDelivery(DeliveryNames.Prometheus, Collector.Of(prometheus))),
    ];

    public static string Describe(ReplacedDelivery[] replaces) => replaces.Length == 0
        ? "."
        : $"; then delivery {string.Join(" and ", replaces.Select(replaced => $"'{replaced.Delivery}'"))} of before ends.";
}
