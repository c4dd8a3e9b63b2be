using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Deliveries.Managed;

/// <summary>One delivery's objects in the namespace of CentralAmp, in one cluster.</summary>
/// <param name="Delivery">One of <see cref="DeliveryNames"/>.</param>
/// <param name="RequireClaimAsync">Runs before every write, and throws if another execution has taken over the cluster.</param>
internal sealed record ManagedWork(IKubernetes Kubernetes, string Delivery, ILogger Logger, Func<CancellationToken, Task> RequireClaimAsync)
{
    public void Acted(string step, string name) => DeliveryLog.Acted(Logger, step, AgentNames.Namespace, name);
}

/// <summary>Applies and removes the objects of a delivery in the namespace of CentralAmp.</summary>
internal static class ManagedObjects
{
    /// <summary>Two objects at most, and as many attempts that a concurrent change refused.</summary>
    private const int MostRounds = 6;

    /// <param name="planned">The change that the plan announced: waits are retries, each in its own process, so an earlier process may have made it.</param>
    /// <returns>The change, and the objects that exist now.</returns>
    public static async Task<(Change Change, ManagedNamespace Observed)> ApplyAsync(
        ManagedWork work, IReadOnlyList<ManagedObject> objects, Change planned, CancellationToken cancellationToken)
    {
        var writer = new ManagedObjectWriter(work.Kubernetes);
        var change = planned;
        for (var round = 0; round < MostRounds; round++)
        {
            var observed = await ManagedNamespaceObserver.ObserveAsync(work.Kubernetes, cancellationToken);
            var action = ManagedObjectDecider.OfObjects(observed, work.Delivery, objects);
            if (action.Failure is { } failure)
            {
                throw failure.ToException();
            }

            if (action.IsDone)
            {
                return (change, observed);
            }

            await work.RequireClaimAsync(cancellationToken);
            if (await writer.PutAsync(action.Put!, observed, cancellationToken))
            {
                work.Acted($"Put {action.Put!.Kind}", action.Put.Name);
                change = change == Change.Unchanged ? Change.Updated : change;
                if (action.Counts && !await writer.CountAsync(work.Delivery, observed.AppliedOf(work.Delivery) + 1, cancellationToken))
                {
                    throw ManagedObjectRefusals.OfCounting().ToException();
                }
            }
        }

        throw KubernetesFailures.ChangesTooFast($"The content of namespace '{AgentNames.Namespace}'");
    }

    /// <summary>
    /// Removes the objects of the delivery. The namespace and the identity stay: they run nothing, only an
    /// administrator may remove them, and offboarding does.
    /// </summary>
    /// <exception cref="NotReadyException">An object is still being deleted.</exception>
    public static async Task<Change> RemoveAsync(ManagedWork work, CancellationToken cancellationToken)
    {
        var writer = new ManagedObjectWriter(work.Kubernetes);
        var change = Change.Unchanged;
        var observed = await ManagedNamespaceObserver.ObserveAsync(work.Kubernetes, cancellationToken);
        foreach (var path in ManagedObject.PathsOf(work.Delivery))
        {
            await work.RequireClaimAsync(cancellationToken);
            if (await writer.DeleteAsync(path, observed, cancellationToken))
            {
                work.Acted("Delete", path);
                change = Change.Updated;
            }
        }

        observed = await ManagedNamespaceObserver.ObserveAsync(work.Kubernetes, cancellationToken);
        if (observed.Has(work.Delivery))
        {
            throw new NotReadyException(
                Causes.NotReconciled,
                $"Objects of delivery '{work.Delivery}' in namespace '{AgentNames.Namespace}' are still being deleted.",
                "None if the deletion ends; otherwise find the finalizer that blocks it.");
        }

        await writer.ForgetAsync(work.Delivery, observed, cancellationToken);
        return change;
    }
}
