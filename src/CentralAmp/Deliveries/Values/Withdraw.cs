using CentralAmp.Deliveries.Managed;

namespace CentralAmp.Deliveries.Values;

/// <summary>Removes what delivery <c>values</c> wrote down.</summary>
internal static class Withdraw
{
    public static Task<Change> RunAsync(DeliveryWork work, CancellationToken cancellationToken) => ManagedObjects.RemoveAsync(work.Managed, cancellationToken);
}
