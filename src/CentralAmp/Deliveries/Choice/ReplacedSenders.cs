using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Choice;

/// <summary>
/// Whether a replaced collector still sends: pods end, and a Prometheus reloads, some time after the write. The state is read from the running
/// workloads, because the waits are retries, and a retry has nothing more to end.
/// </summary>
internal static class ReplacedSenders
{
    /// <summary>A Secret reaches pods within the kubelet's sync period and the life of its cache, about two minutes; the reloader sees it immediately.</summary>
    public static readonly TimeSpan UnseenReload = TimeSpan.FromMinutes(3);

    /// <returns>How long a collector that cannot be read may continue to send.</returns>
    /// <exception cref="NotReadyException">A replaced collector still sends.</exception>
    public static async Task<TimeSpan> WaitAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.Zero;
        foreach (var (delivery, collector) in work.Plan.Replaces)
        {
            if (DeliveryNames.IsManagedAgent(delivery))
            {
                Require(OfAgent(delivery, collector, await DeliveryObserver.PodsAsync(work.Kubernetes, collector, cancellationToken)));
            }
            else if (delivery == DeliveryNames.Prometheus && collector.Uid != work.Collector.Uid)
            {
                var observed = await DeliveryObserver.ObserveAsync(work.Kubernetes, collector, work.Desired.Entry, cancellationToken);
                Require(OfPrometheus(observed, collector));
                wait = CannotBeRead(observed) ? UnseenReload : wait;
            }
        }

        return wait;
    }

    private static Failure? OfAgent(string delivery, Collector collector, IReadOnlyList<PodResource> pods) => pods.Count == 0
        ? null
        : Failure.NotReady(
            Causes.NotReconciled,
            $"The pods {string.Join(", ", pods.Select(pod => pod.Name))} in '{collector.Namespace}', of the former delivery '{delivery}', have not ended yet.",
            "None if the pods end: a pod has a minute to send its samples; otherwise find out what blocks it: a node that does not answer, a finalizer.");

    /// <summary>An entry with CentralAmp's name at the collector's own source belongs to another manager and stays.</summary>
    private static Failure? OfPrometheus(ObservedDelivery observed, Collector collector) =>
        IsOfAnotherManager(observed) ? null : CollectorHealth.OfReload(observed, collector, withEntry: false);

    private static bool CannotBeRead(ObservedDelivery observed) =>
        !IsOfAnotherManager(observed) && observed.Loaded.Count(loaded => loaded.HasName is not null) < observed.Pods.Count;

    private static bool IsOfAnotherManager(ObservedDelivery observed) =>
        observed.Prometheus?.RemoteWrite.Any(entry => entry["name"]?.ToString() == ManagedNames.EntryName) == true;

    private static void Require(Failure? stillSends)
    {
        if (stillSends is not null)
        {
            throw stillSends.ToException();
        }
    }
}
