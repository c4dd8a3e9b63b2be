using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;

namespace CentralAmp.Deliveries.Values;

/// <summary>Delivery <c>values</c>: writes down the values that an operator merges, and checks the collector after that. It changes no object of another owner.</summary>
internal static class Apply
{
    public static async Task<AppliedDelivery> RunAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var (change, managed) = await ManagedObjects.ApplyAsync(work.Managed, Plan.Objects(work.Desired, work.Collector), work.Plan.Change, cancellationToken);
        var observed = await DeliveryObserver.ObserveAsync(work.Kubernetes, work.Collector, work.Desired.Entry, cancellationToken);
        // If the collector is gone or recreated, or the values are not merged, the plan decides again.
        if (!Prometheus.DeliveryDecider.IsPlanned(observed, work.Collector) || ValuesState.Of(observed.Prometheus!, observed.ServiceAccount, work.Desired) is not null)
        {
            return new AppliedDelivery(change, Waits: true, managed.NamespaceUid);
        }

        return CollectorHealth.OfMerged(observed, work.Collector, work.Desired.RoleArn) is { } failure ? throw failure.ToException() : new AppliedDelivery(change, NamespaceUid: managed.NamespaceUid);
    }

    /// <summary>The written values send nothing, so they cannot take over from another delivery.</summary>
    public static Task<bool> IsHealthyAsync(DeliveryWork work, CancellationToken cancellationToken) => Task.FromResult(false);
}
