using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Choice;

/// <summary>
/// Whether what a delivery replaced still sends: pods end, and a Prometheus loads, some time after they were told to. Asked of what runs and not
/// of what was done, because the waits are retries, and on a retry nothing is left to end.
/// </summary>
internal static class ReplacedSenders
{
    /// <summary>A Secret reaches pods within the kubelet's sync period and the life of its cache, about two minutes; the reloader sees it at once.</summary>
    public static readonly TimeSpan UnseenReload = TimeSpan.FromMinutes(3);

    /// <returns>How long one that cannot be asked may go on.</returns>
    /// <exception cref="NotReadyException">One is seen to go on.</exception>
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
                wait = IsUnseen(observed) ? UnseenReload : wait;
            }
        }

        return wait;
    }

    private static Failure? OfAgent(string delivery, Collector collector, IReadOnlyList<PodResource> pods) => pods.Count == 0
        ? null
        : Failure.NotReady(
            Causes.NotReconciled,
            $"The pods {string.Join(", ", pods.Select(pod => pod.Name))} in '{collector.Namespace}', of delivery '{delivery}' before, have not ended yet.",
            "None if it passes: a pod has a minute to send what it has; else see what keeps it: a node that does not answer, a finalizer.");

    /// <summary>An entry of our name at its own source is someone's, who goes on with it.</summary>
    private static Failure? OfPrometheus(ObservedDelivery observed, Collector collector) =>
        IsSomeones(observed) ? null : CollectorHealth.OfReload(observed, collector, withEntry: false);

    private static bool IsUnseen(ObservedDelivery observed) =>
        !IsSomeones(observed) && observed.Loaded.Count(loaded => loaded.HasName is not null) < observed.Pods.Count;

    private static bool IsSomeones(ObservedDelivery observed) =>
        observed.Prometheus?.RemoteWrite.Any(entry => entry["name"]?.ToString() == ManagedNames.EntryName) == true;

    private static void Require(Failure? stillSends)
    {
        if (stillSends is not null)
        {
            throw stillSends.ToException();
        }
    }
}
