using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Delivery;

namespace CentralAmp.Outcomes;

/// <summary>Metrics as a line of the log (CloudWatch embedded metric format): no call, no permission.</summary>
internal static class OutcomeMetrics
{
    private const string Namespace = "CentralAmp";

    /// <summary>Counts outcomes by word; the duration is of the execution. Cluster and cause are searchable, not dimensions: those cost per value.</summary>
    public static string Line(OutcomeRecord record, DateTimeOffset startedAt, DateTimeOffset now)
    {
        var metrics = new JsonArray(Metric("Outcomes", "Count"), Metric("ExecutionDuration", "Milliseconds"));
        var line = new JsonObject
        {
            ["Outcome"] = record.Outcome.ToString(),
            ["Outcomes"] = 1,
            ["ExecutionDuration"] = (long)(now - startedAt).TotalMilliseconds,
            ["cause"] = record.Cause,
            ["cluster"] = record.ClusterArn,
            ["execution"] = record.ExecutionId,
        };
        if (record.Series is { } series)
        {
            metrics.Add((JsonNode)Metric("Series", "Count"));
            line["Series"] = series;
        }

        line["_aws"] = new JsonObject
        {
            ["Timestamp"] = now.ToUnixTimeMilliseconds(),
            ["CloudWatchMetrics"] = new JsonArray(new JsonObject
            {
                ["Namespace"] = Namespace,
                ["Dimensions"] = new JsonArray(new JsonArray("Outcome")),
                ["Metrics"] = metrics,
            }),
        };
        return JsonMeaning.Print(line);
    }

    private static JsonObject Metric(string name, string unit) => new() { ["Name"] = name, ["Unit"] = unit };
}
