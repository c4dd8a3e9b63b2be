using System.Text.Json.Nodes;
using CentralAmp.Registry;

namespace CentralAmp.Sweep;

/// <summary>Metrics of a sweep as lines of the log (CloudWatch embedded metric format): no call, no permission.</summary>
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
            ("SweepsCompleted", record.Outcome == SweepOutcome.Failed ? 0 : 1),
            ("SweepsBraked", record.Outcome == SweepOutcome.Braked ? 1 : 0),
        };
        yield return Line(record, dimension: null, metrics);
        // Every state in every sweep: a state that empties is 0, not silence.
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
