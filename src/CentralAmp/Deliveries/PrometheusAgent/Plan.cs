using CentralAmp.Clusters;
using CentralAmp.Deliveries.Managed;
using CentralAmp.RemoteWrite;
using CentralAmp.Settings;

namespace CentralAmp.Deliveries.PrometheusAgent;

/// <summary>What delivery <c>prometheus-agent</c> has to do. Pure.</summary>
internal static class Plan
{
    public static PlannedDelivery Of(PlanObservation observation, ReplacedDelivery[] replaces) =>
        AgentDelivery.Plan(observation, DeliveryNames.PrometheusAgent, Objects(observation.DesiredOfAgent, observation.Settings), replaces);

    /// <summary>In the order in which they are written.</summary>
    public static IReadOnlyList<ManagedObject> Objects(DesiredDelivery desired, HubSettings settings) =>
        [ManagedObject.Of(PrometheusAgentManifest.Render(AgentSpec.Of(desired, settings))) with { Older = PrometheusAgentManifest.WithoutLater }];
}
