using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Managed;

/// <summary>The next thing to do for what is in our own namespace: one of them is set, or all is done.</summary>
/// <param name="Put">To be made or put back.</param>
/// <param name="Counts">It is put there anew: that is counted, so that nobody wages a war.</param>
/// <param name="Failure">Wait or give up.</param>
internal sealed record ManagedObjectAction(ManagedObject? Put = null, bool Counts = false, Failure? Failure = null)
{
    public bool IsDone => Put is null && Failure is null;
}

/// <summary>Decides about the objects of one delivery. Pure.</summary>
internal static class ManagedObjectDecider
{
    public static ManagedObjectAction OfObjects(ManagedNamespace observed, string delivery, IReadOnlyList<ManagedObject> objects)
    {
        if ((OfNamespace(observed) ?? ManagedObjectRefusals.OfReverts(observed, delivery, objects)) is { } refusal)
        {
            return new ManagedObjectAction(Failure: refusal);
        }

        foreach (var item in objects)
        {
            switch (item.StateOf(observed.Find(item.Path)))
            {
                case ManagedObjectState.Foreign:
                    return new ManagedObjectAction(Failure: Failure.Blocked(
                        Causes.KubernetesConflict, $"There is a {item} that CentralAmp did not make.", "Remove or rename it, then execute again."));
                case ManagedObjectState.Leaving:
                    return new ManagedObjectAction(Failure: Failure.NotReady(
                        Causes.NotReconciled, $"The {item} is being deleted.", "None if it goes; else see which finalizer keeps it."));
                case ManagedObjectState.Absent or ManagedObjectState.Changed:
                    var counts = Counts(item, observed, objects);
                    return counts && observed.ServiceAccount is null ? new ManagedObjectAction(Failure: ManagedObjectRefusals.OfCounting()) : new ManagedObjectAction(item, counts);
                case ManagedObjectState.Outdated:
                    return new ManagedObjectAction(item);
            }
        }

        return new ManagedObjectAction();
    }

    /// <summary>Our agent runs, has its role, and loaded its configuration.</summary>
    public static Failure? OfHealth(ManagedNamespace observed, ObservedDelivery workload, Collector collector, DesiredDelivery desired)
    {
        if (workload.ServiceAccount is not { } account || CollectorIdentity.Of(account, desired.RoleArn) != IdentityState.Current)
        {
            return Failure.NotReady(
                Causes.NotReconciled,
                $"The service account '{collector.Namespace}/{collector.ServiceAccount}' is gone, or has another role than {desired.RoleArn}.",
                "Execute again, which restores it; if it happens again, see what changes it.");
        }

        var agent = observed.Find(ManagedObject.PathsOf(DeliveryNames.PrometheusAgent)[0]);
        return agent is not null && OperatorStatus.RefusalOf(agent) is { } refusal
            ? Failure.NotReady(
                Causes.NotReconciled,
                $"The operator does not reconcile PrometheusAgent '{AgentNames.Namespace}/{AgentNames.PrometheusAgent}': {refusal}.",
                "Correct what the operator complains about, then execute again.")
            : CollectorHealth.OfPods(workload, collector, desired.RoleArn) ?? CollectorHealth.OfReload(workload, collector, withEntry: true);
    }

    private static Failure? OfNamespace(ManagedNamespace observed) => observed.Namespace == NamespaceState.Managed
        ? null
        : Failure.NotReady(
            observed.Namespace == NamespaceState.Terminating ? Causes.NamespaceTerminating : Causes.NotReconciled,
            $"The namespace '{AgentNames.Namespace}' was deleted after it was made.",
            "Execute again, which restores it; if it happens again, see what removes it.");

    /// <summary>One delivery is one time, of however many objects it is.</summary>
    private static bool Counts(ManagedObject item, ManagedNamespace observed, IReadOnlyList<ManagedObject> objects) =>
        item == objects[^1] || observed.Find(objects[^1].Path) is not null;
}
