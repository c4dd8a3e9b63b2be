using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Agent;

/// <summary>What must hold before delivery <c>agent</c> is planned. NotReady parks the execution, Blocked ends it.</summary>
internal static class Check
{
    public static Failure? FirstFinding(PlanObservation observation) =>
        ThereIsANode(observation) ?? ManagedChecks.NamespaceIsUsable(observation) ?? ManagedChecks.ObjectsAreManaged(observation, DeliveryNames.Agent);

    /// <summary>Checked only before the agent exists.</summary>
    private static Failure? ThereIsANode(PlanObservation observation) => observation.ReadyNodes is 0 && !observation.Managed.Has(DeliveryNames.Agent)
        ? DeliveryRefusals.NoCollector($"{observation.Cluster} has neither a Prometheus resource nor a node that is Ready")
        : null;
}
