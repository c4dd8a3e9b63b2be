using CentralAmp.Deliveries.Managed;

namespace CentralAmp.Deliveries.Agent;

/// <summary>Delivery <c>agent</c>: creates and repairs CentralAmp's collector, and checks that it runs.</summary>
internal static class Apply
{
    public static Task<AppliedDelivery> RunAsync(DeliveryWork work, CancellationToken cancellationToken) =>
        AgentDelivery.ApplyAsync(work, Objects(work), cancellationToken);

    public static IReadOnlyList<ManagedObject> Objects(DeliveryWork work) => Plan.Objects(work.Desired, work.Settings);

    public static Task<bool> IsHealthyAsync(DeliveryWork work, CancellationToken cancellationToken) => AgentDelivery.IsHealthyAsync(work, cancellationToken);
}
