using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.RemoteWrite;
using CentralAmp.Settings;

namespace CentralAmp.Deliveries.PrometheusAgent;

/// <summary>What delivery <c>prometheus-agent</c> has to do. Pure.</summary>
internal static class Plan
{
    /// <summary>A sentence names at most so many monitors.</summary>
    private const int Named = 10;

    public static PlannedDelivery Of(PlanObservation observation, ReplacedDelivery[] replaces)
    {
        var monitors = observation.MonitorsOfAgent!;
        return AgentDelivery.Plan(observation, DeliveryNames.PrometheusAgent, Objects(observation.DesiredOfAgent, observation.Settings, monitors), replaces) with
        {
            Monitors = monitors,
            Warnings = [.. Rejected(observation, monitors)],
        };
    }

    /// <summary>In the order in which they are written.</summary>
    public static IReadOnlyList<ManagedObject> Objects(DesiredDelivery desired, HubSettings settings, JsonObject? monitors) =>
        [ManagedObject.Of(PrometheusAgentManifest.Render(AgentSpec.Of(desired, settings, monitors))) with { Older = PrometheusAgentManifest.WithoutLater }];

    private static IEnumerable<string> Rejected(PlanObservation observation, JsonObject monitors)
    {
        var rejected = observation.ServiceMonitors.Where(monitor => monitor.ReadsFiles && MonitorSelection.IsSelected(monitors, monitor)).ToList();
        if (rejected.Count > 0)
        {
            var more = rejected.Count > Named ? $" and {rejected.Count - Named} more" : "";
            yield return $"The agent does not scrape ServiceMonitor {string.Join(", ", rejected.Take(Named))}{more}: they read files of its pod (bearerTokenFile or files in "
                + "tlsConfig), which it denies. CentralAmp's own jobs scrape API server, kubelet and cAdvisor; for others, let the monitor name a Secret.";
        }
    }
}
