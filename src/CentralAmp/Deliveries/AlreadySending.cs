using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Routes;

namespace CentralAmp.Deliveries;

/// <summary>Whether someone else's remote write leads to a workspace of ours: then a delivery would be a second stream. Pure.</summary>
internal static class AlreadySending
{
    public static Failure? Find(PlanObservation facts) => Streams(facts)
        .Where(stream => stream.Entries.Any(entry => IsRouted(entry, facts)))
        .Select(stream => Failure.Blocked(
            Causes.AlreadySending,
            $"{stream.Resource} in {facts.Cluster} writes to {UrlOf(stream.Entries.First(entry => IsRouted(entry, facts)))} already; "
            + $"{DeliveryRefusals.Names(stream.Owners)} set that. A second stream would double the samples.",
            "Remove that entry at its source (Helm values, Git), then execute again, and CentralAmp takes over; or opt the cluster out by the tag central-amp:onboard=false."))
        .FirstOrDefault();

    /// <summary>
    /// Of others: an entry of our name on the collector itself is judged there, because it may be ours, added at its source. Beside an agent
    /// that was asked for it is a stream like any other.
    /// </summary>
    private static IEnumerable<(string Resource, IEnumerable<JsonObject> Entries, IReadOnlyList<string> Owners)> Streams(PlanObservation facts)
    {
        var candidate = facts is { AskedDelivery: not (DeliveryNames.Agent or DeliveryNames.PrometheusAgent), Candidates: [var only] } ? only : null;
        foreach (var prometheus in (facts.Prometheuses ?? []).Where(prometheus => !prometheus.RemoteWriteIsManaged))
        {
            var entries = prometheus.RemoteWrite.Where(entry => prometheus != candidate || NameOf(entry) != ManagedNames.EntryName);
            yield return (prometheus.ToString(), entries, prometheus.RemoteWriteOwners);
        }

        foreach (var agent in facts.OtherAgents)
        {
            yield return (agent.ToString(), agent.RemoteWrite, agent.RemoteWriteOwners);
        }
    }

    private static bool IsRouted(JsonObject entry, PlanObservation facts)
    {
        var url = UrlOf(entry);
        return url.StartsWith(facts.Workspace.Endpoint, StringComparison.OrdinalIgnoreCase)
            || ((string[])[facts.Settings.WorkspaceArn, .. facts.Settings.MoreWorkspaceArns])
                .Any(arn => url.Contains($"/workspaces/{Workspace.IdOf(arn)}/", StringComparison.OrdinalIgnoreCase));
    }

    private static string UrlOf(JsonObject entry) => entry["url"]?.ToString() ?? "";

    private static string? NameOf(JsonObject entry) => entry["name"]?.ToString();
}
