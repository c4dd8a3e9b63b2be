using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Deliveries.Prometheus;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries.Choice;

/// <summary>Ends the parts of earlier deliveries that send, after the planned delivery is healthy. Identities on pods stay: removing them would roll the pods.</summary>
internal static class ReplacedDeliveries
{
    private const int MostRounds = 3;

    /// <returns>Whether any part had to be ended.</returns>
    public static async Task<bool> EndAsync(DeliveryWork work, bool withAgents, CancellationToken cancellationToken)
    {
        var ended = false;
        foreach (var replaced in work.Plan.Replaces)
        {
            if (replaced.Delivery == DeliveryNames.Prometheus)
            {
                ended |= await RemoveEntryAsync(work, replaced.Collector, cancellationToken);
            }
            else if (withAgents)
            {
                ended |= await DeleteAsync(work, replaced.Delivery, cancellationToken);
            }
        }

        return ended;
    }

    /// <summary>Whether any replaced delivery still exists.</summary>
    public static async Task<bool> AnyExistsAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var observed = await ManagedNamespaceObserver.ObserveAsync(work.Kubernetes, cancellationToken);
        foreach (var replaced in work.Plan.Replaces)
        {
            if (observed.Has(replaced.Delivery)
                || (replaced.Delivery == DeliveryNames.Prometheus && await FindAsync(work, replaced.Collector, cancellationToken) is not null))
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>Null unless it is the same resource, and CentralAmp owns the entry.</returns>
    private static async Task<PrometheusResource?> FindAsync(DeliveryWork work, Collector collector, CancellationToken cancellationToken) =>
        await work.Kubernetes.GetAsync(KubernetesPath.Prometheus(collector.Namespace, collector.Name), cancellationToken) is { } resource
        && PrometheusResource.Read(resource) is var observed
        && observed.Uid == collector.Uid
        && observed.RemoteWriteOwners.Contains(ManagedNames.FieldManager)
            ? observed
            : null;

    private static async Task<bool> RemoveEntryAsync(DeliveryWork work, Collector collector, CancellationToken cancellationToken)
    {
        var writer = new CollectorWriter(work.Kubernetes, work.Desired);
        for (var round = 0; round < MostRounds; round++)
        {
            if (await FindAsync(work, collector, cancellationToken) is not { } observed)
            {
                return round > 0;
            }

            if (await writer.ApplyAsync(observed, CollectorPatches.RemoveEntry(observed), cancellationToken))
            {
                work.Acted(nameof(WithdrawalStep.RemoveEntry), collector.Namespace, collector.Name);
                return true;
            }
        }

        throw KubernetesFailures.ChangesTooFast($"Prometheus '{collector.Namespace}/{collector.Name}'");
    }

    private static async Task<bool> DeleteAsync(DeliveryWork work, string delivery, CancellationToken cancellationToken)
    {
        var writer = new ManagedObjectWriter(work.Kubernetes);
        var observed = await ManagedNamespaceObserver.ObserveAsync(work.Kubernetes, cancellationToken);
        var ended = false;
        // Before the objects: if the process died between the two, the count would remain for ever.
        await writer.ForgetAsync(delivery, observed, cancellationToken);
        foreach (var path in ManagedObject.PathsOf(delivery))
        {
            if (await writer.DeleteAsync(path, observed, cancellationToken))
            {
                work.Acted("Delete", AgentNames.Namespace, path);
                ended = true;
            }
        }

        return ended;
    }
}
