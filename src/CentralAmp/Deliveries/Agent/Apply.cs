namespace CentralAmp.Deliveries.Agent;

/// <summary>Delivery <c>agent</c>: makes and repairs CentralAmp's own collector, and sees that it runs.</summary>
internal static class Apply
{
    public static Task<AppliedDelivery> RunAsync(DeliveryWork work, CancellationToken cancellationToken) =>
        AgentDelivery.ApplyAsync(work, Plan.Objects(work.Desired, work.Settings), cancellationToken);

    public static Task<bool> IsHealthyAsync(DeliveryWork work, CancellationToken cancellationToken) => AgentDelivery.IsHealthyAsync(work, cancellationToken);
}
