using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Managed;

/// <summary>The next action for the objects in CentralAmp's namespace: one member is set, or everything is done.</summary>
/// <param name="Put">The object to create or to restore.</param>
/// <param name="Counts">The object is created anew, which is counted, so that CentralAmp stops after repeated reverts.</param>
/// <param name="Failure">Wait, or end with a failure.</param>
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
                        Causes.KubernetesConflict, $"There is a {item} that CentralAmp did not create.", "Remove or rename it, then execute again."));
                case ManagedObjectState.Deleting:
                    return new ManagedObjectAction(Failure: Failure.NotReady(
                        Causes.NotReconciled, $"The {item} is being deleted.", "None if the deletion ends; otherwise find the finalizer that blocks it."));
                case ManagedObjectState.Absent or ManagedObjectState.Changed:
                    var counts = Counts(item, observed, objects);
                    return counts && observed.ServiceAccount is null ? new ManagedObjectAction(Failure: ManagedObjectRefusals.OfCounting()) : new ManagedObjectAction(item, counts);
                case ManagedObjectState.Outdated:
                    return new ManagedObjectAction(item);
            }
        }

        return new ManagedObjectAction();
    }

    /// <summary>CentralAmp's agent runs, has its role, and loaded its configuration.</summary>
    public static Failure? OfHealth(ManagedNamespace observed, ObservedDelivery workload, Collector collector, DesiredDelivery desired)
    {
        if (workload.ServiceAccount is not { } account || CollectorIdentity.Of(account, desired.RoleArn) != IdentityState.Current)
        {
            return Failure.NotReady(
                Causes.NotReconciled,
                $"The service account '{collector.Namespace}/{collector.ServiceAccount}' does not exist, or has another role than {desired.RoleArn}.",
                "Execute again, which restores it; if it happens again, find out what changes it.");
        }

        var agent = observed.Find(ManagedObject.PathsOf(DeliveryNames.PrometheusAgent)[0]);
        return agent is not null && OperatorStatus.RefusalOf(agent) is { } refusal
            ? Failure.NotReady(
                Causes.NotReconciled,
                $"The operator does not reconcile PrometheusAgent '{AgentNames.Namespace}/{AgentNames.PrometheusAgent}': {refusal}.",
                "Correct what the operator reports, then execute again.")
            : CollectorHealth.OfPods(workload, collector, desired.RoleArn) ?? CollectorHealth.OfReload(workload, collector, withEntry: true);
    }

    private static Failure? OfNamespace(ManagedNamespace observed) => observed.Namespace == NamespaceState.Managed
        ? null
        : Failure.NotReady(
            observed.Namespace == NamespaceState.Terminating ? Causes.NamespaceTerminating : Causes.NotReconciled,
            $"The namespace '{AgentNames.Namespace}' was deleted after it was created.",
            "Execute again, which restores it; if it happens again, find out what removes it.");

    /// <summary>One delivery counts once, regardless of its number of objects.</summary>
    private static bool Counts(ManagedObject item, ManagedNamespace observed, IReadOnlyList<ManagedObject> objects) =>
        item == objects[^1] || observed.Find(objects[^1].Path) is not null;
}
