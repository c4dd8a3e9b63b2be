using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Agent;

/// <summary>What must hold before delivery <c>agent</c> is planned. NotReady parks the execution, Blocked ends it.</summary>
internal static class Check
{
    public static Failure? FirstFinding(PlanObservation facts) =>
        ThereIsANode(facts) ?? ManagedChecks.NamespaceIsUsable(facts) ?? ManagedChecks.ObjectsAreManaged(facts, DeliveryNames.Agent);

    /// <summary>Asked only where it matters: what runs already goes on.</summary>
    private static Failure? ThereIsANode(PlanObservation facts) => facts.ReadyNodes is 0 && !facts.Own.Has(DeliveryNames.Agent)
        ? DeliveryRefusals.NoCollector($"{facts.Cluster} has neither a Prometheus resource nor a node that is Ready")
        : null;
}
