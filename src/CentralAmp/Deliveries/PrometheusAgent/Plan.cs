using CentralAmp.Clusters;
using CentralAmp.Deliveries.Managed;
using CentralAmp.RemoteWrite;
using CentralAmp.Settings;

namespace CentralAmp.Deliveries.PrometheusAgent;

/// <summary>What delivery <c>prometheus-agent</c> has to do. Pure.</summary>
internal static class Plan
{
    public static PlannedDelivery Of(PlanObservation facts, ReplacedDelivery[] replaces) =>
        AgentDelivery.Plan(facts, DeliveryNames.PrometheusAgent, Objects(facts.DesiredOfAgent, facts.Settings), replaces);

    /// <summary>In the order in which they are written.</summary>
    public static IReadOnlyList<ManagedObject> Objects(DesiredDelivery desired, HubSettings settings) =>
        [ManagedObject.Of(PrometheusAgentManifest.Render(AgentSpec.Of(desired, settings))) with { Older = PrometheusAgentManifest.WithoutLater }];
}
