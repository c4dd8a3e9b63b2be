using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.PrometheusAgent;

/// <summary>What must hold before delivery <c>prometheus-agent</c> is planned. NotReady parks the execution, Blocked ends it.</summary>
internal static class Check
{
    public static Failure? FirstFinding(PlanObservation observation) =>
        ThereIsAnOperatorWithAgents(observation) ?? ManagedChecks.NamespaceIsUsable(observation) ?? ManagedChecks.ObjectsAreManaged(observation, DeliveryNames.PrometheusAgent);

    private static Failure? ThereIsAnOperatorWithAgents(PlanObservation observation) => observation switch
    {
        { Agents: not null } => null,
        { Prometheuses: null } => DeliveryRefusals.NoCollector($"{observation.Cluster} has no Prometheus operator yet"),
        _ => Failure.Blocked(
            Causes.DeliveryNotPossible,
            $"{observation.Cluster} is to get delivery '{DeliveryNames.PrometheusAgent}', but its operator supports no PrometheusAgent (monitoring.coreos.com/v1alpha1).",
            "Update the Prometheus operator and its CRDs (0.64 or newer), or ask for another delivery by the tag central-amp:delivery, then execute again."),
    };
}
