using CentralAmp.Delivery.Agents;
using CentralAmp.Failures;
using CentralAmp.Planning;

namespace CentralAmp.Delivery;

/// <summary>The next thing to do for what is in our own namespace: one of them is set, or all is done.</summary>
/// <param name="Put">To be made or put back.</param>
/// <param name="Counts">It is put there anew: that is counted, so that nobody wages a war.</param>
/// <param name="Failure">Wait or give up.</param>
internal sealed record OwnAction(OwnObject? Put = null, bool Counts = false, Failure? Failure = null)
{
    public bool IsDone => Put is null && Failure is null;
}

/// <summary>Decides about the objects of one delivery. Pure.</summary>
internal static class OwnDecider
{
    public static OwnAction OfObjects(ObservedOwn observed, string delivery, IReadOnlyList<OwnObject> objects)
    {
        if ((OfNamespace(observed) ?? OwnRefusals.OfReverts(observed, delivery, objects)) is { } refusal)
        {
            return new OwnAction(Failure: refusal);
        }

        foreach (var item in objects)
        {
            switch (item.StandingOf(observed.Find(item.Path)))
            {
                case OwnStanding.Foreign:
                    return new OwnAction(Failure: Decisions.Blocked(
                        Causes.KubernetesConflict, $"There is a {item} that CentralAmp did not make.", "Remove or rename it, then execute again."));
                case OwnStanding.Leaving:
                    return new OwnAction(Failure: Decisions.NotReady(
                        Causes.NotReconciled, $"The {item} is being deleted.", "None if it goes; else see which finalizer keeps it."));
                case OwnStanding.Absent or OwnStanding.Changed:
                    var counts = Counts(item, observed, objects);
                    return counts && observed.ServiceAccount is null ? new OwnAction(Failure: OwnRefusals.OfCounting()) : new OwnAction(item, counts);
                case OwnStanding.Outdated:
                    return new OwnAction(item);
            }
        }

        return new OwnAction();
    }

    /// <summary>Our agent runs, has its role, and loaded its configuration.</summary>
    public static Failure? OfHealth(ObservedOwn observed, ObservedDelivery workload, Collector collector, DesiredDelivery desired)
    {
        if (workload.ServiceAccount is not { } account || Standing.OfIdentity(account, desired.RoleArn) != IdentityStanding.Current)
        {
            return Decisions.NotReady(
                Causes.NotReconciled,
                $"The service account '{collector.Namespace}/{collector.ServiceAccount}' is gone, or has another role than {desired.RoleArn}.",
                "Execute again, which restores it; if it happens again, see what changes it.");
        }

        var agent = observed.Find(OwnObject.PathsOf(Deliveries.PrometheusAgent)[0]);
        return agent is not null && OperatorStatus.RefusalOf(agent) is { } refusal
            ? Decisions.NotReady(
                Causes.NotReconciled,
                $"The operator does not reconcile PrometheusAgent '{AgentNames.Namespace}/{AgentNames.PrometheusAgent}': {refusal}.",
                "Correct what the operator complains about, then execute again.")
            : CollectorHealth.OfPods(workload, collector, desired.RoleArn) ?? CollectorHealth.OfReload(workload, collector, withEntry: true);
    }

    private static Failure? OfNamespace(ObservedOwn observed) => observed.Namespace == NamespaceStanding.Ours
        ? null
        : Decisions.NotReady(
            observed.Namespace == NamespaceStanding.Terminating ? Causes.NamespaceTerminating : Causes.NotReconciled,
            $"The namespace '{AgentNames.Namespace}' was deleted after it was made.",
            "Execute again, which restores it; if it happens again, see what removes it.");

    /// <summary>One delivery is one time, of however many objects it is.</summary>
    private static bool Counts(OwnObject item, ObservedOwn observed, IReadOnlyList<OwnObject> objects) =>
        item == objects[^1] || observed.Find(objects[^1].Path) is not null;
}
