using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Routes;

namespace CentralAmp.Deliveries;

/// <summary>Finds a remote write of another owner that leads to a routed workspace: then a delivery would be a second stream. Pure.</summary>
internal static class AlreadySending
{
    public static Failure? Find(PlanObservation observation) => Streams(observation)
        .Where(stream => stream.Entries.Any(entry => IsRouted(entry, observation)))
        .Select(stream => Failure.Blocked(
            Causes.AlreadySending,
            $"{stream.Resource} in {observation.Cluster} writes to {UrlOf(stream.Entries.First(entry => IsRouted(entry, observation)))} already; "
            + $"{DeliveryRefusals.Names(stream.Owners)} set it. A second stream would duplicate the samples.",
            "Remove that entry at its source (Helm values, Git), then execute again; or opt the cluster out by the tag central-amp:onboard=false."))
        .FirstOrDefault();

    /// <summary>
    /// Remote writes of other owners. An entry with CentralAmp's name on the collector itself is left to the checks of the delivery, because an operator may
    /// have added CentralAmp's entry at its source. If an agent is asked for, it is a stream like any other.
    /// </summary>
    private static IEnumerable<(string Resource, IEnumerable<JsonObject> Entries, IReadOnlyList<string> Owners)> Streams(PlanObservation observation)
    {
        var candidate = observation is { AskedDelivery: not (DeliveryNames.Agent or DeliveryNames.PrometheusAgent), Candidates: [var only] } ? only : null;
        foreach (var prometheus in (observation.Prometheuses ?? []).Where(prometheus => !prometheus.RemoteWriteIsManaged))
        {
            var entries = prometheus.RemoteWrite.Where(entry => prometheus != candidate || NameOf(entry) != ManagedNames.EntryName);
            yield return (prometheus.ToString(), entries, prometheus.RemoteWriteOwners);
        }

        foreach (var agent in observation.OtherAgents)
        {
            yield return (agent.ToString(), agent.RemoteWrite, agent.RemoteWriteOwners);
        }
    }

    private static bool IsRouted(JsonObject entry, PlanObservation observation)
    {
        var url = UrlOf(entry);
        return url.StartsWith(observation.Workspace.Endpoint, StringComparison.OrdinalIgnoreCase)
            || ((string[])[observation.Settings.WorkspaceArn, .. observation.Settings.MoreWorkspaceArns])
                .Any(arn => url.Contains($"/workspaces/{Workspace.IdOf(arn)}/", StringComparison.OrdinalIgnoreCase));
    }

    private static string UrlOf(JsonObject entry) => entry["url"]?.ToString() ?? "";

    private static string? NameOf(JsonObject entry) => entry["name"]?.ToString();
}
