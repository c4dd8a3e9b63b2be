using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Values;

/// <summary>What delivery <c>values</c> has to do. Pure.</summary>
internal static class Plan
{
    public static PlannedDelivery Of(PlanObservation observation, ReplacedDelivery[] replaces)
    {
        var (candidate, account, desired) = (observation.Candidate, observation.ServiceAccount!, observation.Desired);
        var collector = Collector.Of(candidate);
        var objects = Objects(desired, collector);
        var waiting = ValuesState.Of(candidate, account, desired);
        var what = $"{objects[0]} has the values that {candidate} as {account} needs to write to {observation.Workspace.Arn} as {PlannedDelivery.Identity(observation)}";
        var sentence = waiting is null ? $"{what}: they are merged" : $"{what}: they are to be merged at its source";
        return new PlannedDelivery(
            DeliveryNames.Values, collector, PlannedDelivery.AtLeast(PlannedDelivery.ChangeOf(observation, objects), replaces), sentence + Replaced.Describe(replaces), replaces, waiting)
        {
            Refusal = ManagedObjectRefusals.OfReverts(observation.Managed, DeliveryNames.Values, objects),
        };
    }

    /// <summary>In the order in which they are written.</summary>
    public static IReadOnlyList<ManagedObject> Objects(DesiredDelivery desired, Collector collector) =>
        [ManagedObject.Of(ValuesManifest.Render(desired.Entry, desired.RoleArn, collector.Namespace, collector.ServiceAccount))];
}
