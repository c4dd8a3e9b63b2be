using CentralAmp.Clusters;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Registry;

namespace CentralAmp.Deliveries.Choice;

/// <summary>Which earlier delivery may come back in the place of one that did not become healthy. Pure.</summary>
internal static class HealthyDeliveries
{
    /// <summary>The planned delivery, after it has become healthy. Null for values, which an operator merges and only he can restore.</summary>
    public static HealthyDelivery? Of(DeliveryWork work) => work.Plan.Delivery == DeliveryNames.Values ? null : new(
        work.Plan.Delivery,
        new RecordedCollector(
            work.Plan.Delivery, work.Collector.Namespace, work.Collector.Name, work.Collector.Uid, work.Collector.ServiceAccount).ToString(),
        work.Plan.WorkspaceArn,
        work.Desired.RoleArn,
        work.Desired.Entry,
        [.. DeliveryCatalogue.Find(work.Plan.Delivery).Objects(work).Select(item => item.Desired)]);

    /// <summary>
    /// The same collector, with the same role and a workspace that the role may still write to. A delivery that differs in nothing is not what the collector
    /// fails by, and does not make it healthy either: then CentralAmp's part is removed.
    /// </summary>
    /// <param name="previousWorkspaceArn">The workspace that a moving cluster may still write to.</param>
    public static bool CanReplace(HealthyDelivery last, DeliveryWork work, string? previousWorkspaceArn) =>
        Of(work) is { } planned
            && (last.Delivery, last.Collector, last.RoleArn) == (planned.Delivery, planned.Collector, planned.RoleArn)
            && (last.WorkspaceArn == planned.WorkspaceArn || last.WorkspaceArn == previousWorkspaceArn)
            && !last.IsSame(planned);

    /// <summary>An older API server refuses the same fields of both.</summary>
    public static IReadOnlyList<ManagedObject> ObjectsOf(HealthyDelivery last, DeliveryWork work)
    {
        var planned = DeliveryCatalogue.Find(work.Plan.Delivery).Objects(work);
        return [.. last.Objects.Zip(planned, (manifest, now) => now with { Desired = manifest })];
    }
}
