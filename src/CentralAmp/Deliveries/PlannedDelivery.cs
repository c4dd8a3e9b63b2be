using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;
using CentralAmp.Registry;

namespace CentralAmp.Deliveries;

/// <summary>The collector of one delivery, and what the delivery has to change. Pure.</summary>
/// <param name="Replaces">Earlier deliveries, which end as soon as this one is healthy.</param>
/// <param name="WaitsFor">What an operator has to do afterwards; null if nothing.</param>
/// <param name="Refusal">Why an operator must act first.</param>
internal sealed record PlannedDelivery(
    string Delivery, Collector Collector, Change Change, string Sentence, ReplacedDelivery[] Replaces, Failure? WaitsFor = null, Failure? Refusal = null)
{
    /// <summary>Delivery <c>prometheus-agent</c>: the monitors that the agent selects.</summary>
    public JsonObject? Monitors { get; init; }

    /// <summary>What an operator should know, and what prevents nothing.</summary>
    public string[] Warnings { get; init; } = [];

    public static Change ChangeOf(PlanObservation observation, IReadOnlyList<ManagedObject> objects)
    {
        var states = objects.Select(item => item.StateOf(observation.Managed.Find(item.Path))).ToList();
        return states switch
        {
            _ when states.All(state => state == ManagedObjectState.Current) => Change.Unchanged,
            _ when states.All(state => state == ManagedObjectState.Absent) => Change.Created,
            _ => Change.Updated,
        };
    }

    public static Change AtLeast(Change change, ReplacedDelivery[] replaces) =>
        change == Change.Unchanged && replaces.Length > 0 ? Change.Updated : change;

    public static string Identity(PlanObservation observation) =>
        observation.RoleArn == observation.IngestRoleArn ? observation.RoleArn : $"{observation.RoleArn}, which assumes {observation.IngestRoleArn}";
}

/// <summary>Finds earlier deliveries of CentralAmp. Pure.</summary>
internal static class Replaced
{
    /// <summary>A move replaces one or two. Each is named in RBAC and in the state machine's data, which has at most 256 KB.</summary>
    private const int Most = 10;

    /// <summary>Null if the number is within the limit. Whoever may create resources beside the collector can set CentralAmp's marks on any number of them.</summary>
    public static Failure? TooMany(PlanObservation observation, ReplacedDelivery[] replaces) => replaces.Length <= Most
        ? null
        : Failure.Blocked(
            Causes.SeveralCollectors,
            $"{observation.Cluster} has {replaces.Length} earlier deliveries of CentralAmp, the first of them in {replaces[0].Collector.Namespace}/{replaces[0].Collector.Name}; the limit is {Most}.",
            $"Remove the Prometheus resources that are copies of the collector, or their remote-write entry '{ManagedNames.EntryName}'; then execute again.");

    /// <summary>Only deliveries that send, or that would mislead an operator. An identity that remains on pods does no harm, and removing it would roll them.</summary>
    public static ReplacedDelivery[] By(PlanObservation observation, string delivery)
    {
        var marked = Marked(observation, delivery).ToList();
        return [.. marked.Where(IsValues), .. Ownership.Earlier(observation, [.. marked.Where(one => !IsValues(one))], SubjectOf(observation, delivery))];
    }

    /// <summary>What has CentralAmp's marks, whoever set them.</summary>
    private static IEnumerable<ReplacedDelivery> Marked(PlanObservation observation, string delivery) =>
    [
        .. ManagedObject.Deliveries.Where(other => other != delivery && observation.HasManaged(other)).Select(other => new ReplacedDelivery(other, AgentCollector.Of(other))),
        .. (observation.Prometheuses ?? [])
            .Where(prometheus => prometheus.RemoteWriteOwners.Contains(ManagedNames.FieldManager) && !(delivery == DeliveryNames.Prometheus && prometheus == observation.Candidate))
            .Select(prometheus => new ReplacedDelivery(DeliveryNames.Prometheus, Collector.Of(prometheus))),
    ];

    private static bool IsValues(ReplacedDelivery replaced) => replaced.Delivery == DeliveryNames.Values;

    private static string SubjectOf(PlanObservation observation, string delivery)
    {
        var collector = DeliveryNames.IsManagedAgent(delivery) ? AgentCollector.Of(delivery) : Collector.Of(observation.Candidate);
        return RecordedCollector.SubjectOf(collector.Namespace, collector.ServiceAccount);
    }

    public static string Describe(ReplacedDelivery[] replaces) => replaces.Length == 0
        ? "."
        : $"; then delivery {string.Join(" and ", replaces.Select(replaced => $"'{replaced.Delivery}'"))} of before ends.";
}
