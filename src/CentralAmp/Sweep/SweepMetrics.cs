using System.Text.Json.Nodes;
using CentralAmp.Registry;

namespace CentralAmp.Sweep;

/// <summary>Metrics of a sweep as log lines (CloudWatch embedded metric format), so that no call and no permission is needed.</summary>
internal static class SweepMetrics
{
    private const string Namespace = "CentralAmp";

    public static IEnumerable<string> Lines(SweepRecord record, FleetCount count)
    {
        var metrics = new (string Name, int Value)[]
        {
            ("UnhealthyClusters", count.Unhealthy),
            ("UnreachedClusters", count.Unreached),
            ("UnreachedPlaces", count.UnreachedPlaces),
            ("Orphans", count.Orphans),
            ("CutClusters", count.Cut),
            ("SweepsCompleted", record.Outcome == SweepOutcome.Failed ? 0 : 1),
            ("SweepsBraked", record.Outcome == SweepOutcome.Braked ? 1 : 0),
        };
        yield return Line(record, dimension: null, metrics);
        // Every sweep reports every state: a state without clusters is 0, not a missing value.
        foreach (var state in Enum.GetNames<Outcome>())
        {
            yield return Line(record, ("State", state), [("Clusters", count.States.GetValueOrDefault(state))]);
        }
    }

    private static string Line(SweepRecord record, (string Name, string Value)? dimension, IReadOnlyList<(string Name, int Value)> metrics)
    {
        var line = new JsonObject { ["sweep"] = record.SweepId };
        if (dimension is { } given)
        {
            line[given.Name] = given.Value;
        }

        foreach (var (name, value) in metrics)
        {
            line[name] = value;
        }

        line["_aws"] = new JsonObject
        {
            ["Timestamp"] = record.EndedAt.ToUnixTimeMilliseconds(),
            ["CloudWatchMetrics"] = new JsonArray(new JsonObject
            {
                ["Namespace"] = Namespace,
                ["Dimensions"] = new JsonArray(dimension is { } of ? new JsonArray(of.Name) : new JsonArray()),
                ["Metrics"] = new JsonArray([.. metrics.Select(metric => (JsonNode)new JsonObject { ["Name"] = metric.Name, ["Unit"] = "Count" })]),
            }),
        };
        return JsonText.Print(line);
    }
}
