using CentralAmp.Clusters;
using CentralAmp.Deliveries.Managed;
using CentralAmp.RemoteWrite;
using CentralAmp.Settings;

namespace CentralAmp.Deliveries.Agent;

/// <summary>What delivery <c>agent</c> has to do. Pure.</summary>
internal static class Plan
{
    public static PlannedDelivery Of(PlanObservation observation, ReplacedDelivery[] replaces) =>
        AgentDelivery.Plan(observation, DeliveryNames.Agent, Objects(observation.DesiredOfAgent, observation.Settings), replaces);

    /// <summary>In the order in which they are written.</summary>
    public static IReadOnlyList<ManagedObject> Objects(DesiredDelivery desired, HubSettings settings) =>
        [.. AgentWorkload.Render(AgentSpec.Of(desired, settings)).Select(ManagedObject.Of)];
}
