using CentralAmp.Deliveries.Managed;

namespace CentralAmp.Deliveries.Agent;

/// <summary>Removes what delivery <c>agent</c> created.</summary>
internal static class Withdraw
{
    public static Task<Change> RunAsync(DeliveryWork work, CancellationToken cancellationToken) => ManagedObjects.RemoveAsync(work.Managed, cancellationToken);
}
