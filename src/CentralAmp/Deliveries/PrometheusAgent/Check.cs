using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.PrometheusAgent;

/// <summary>What must hold before delivery <c>prometheus-agent</c> is planned. NotReady parks the execution, Blocked ends it.</summary>
internal static class Check
{
    public static Failure? FirstFinding(PlanObservation observation) =>
        ThereIsAnOperatorWithAgents(observation) ?? ItsSelectorsCanBeTakenOver(observation) ?? ManagedChecks.NamespaceIsUsable(observation) ?? ManagedChecks.ObjectsAreManaged(observation, DeliveryNames.PrometheusAgent);

    private static Failure? ItsSelectorsCanBeTakenOver(PlanObservation observation) => observation.MonitorsOfAgent is not null
        ? null
        : Failure.Blocked(
            Causes.CollectorMalformed,
            $"The monitor selectors of {observation.Beside} in {observation.Cluster}, which CentralAmp's agent takes over, are no objects, or longer than {MonitorSelection.MostCharacters} characters.",
            "Correct or shorten them at their source, then execute again.");

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
