using System.Text.Json.Nodes;

namespace CentralAmp.Registry;

/// <summary>Metrics as a line of the log (CloudWatch embedded metric format): no call, no permission.</summary>
internal static class OutcomeMetrics
{
    private const string Namespace = "CentralAmp";

    /// <summary>
    /// Counts outcomes by word and failures by cause, the few values that are worth a dimension each; the cluster is searchable only.
    /// </summary>
    /// <param name="now">Durations are of the execution: EKS does not say when a cluster became ACTIVE.</param>
    public static string Line(OutcomeRecord record, DateTimeOffset startedAt, DateTimeOffset now)
    {
        var duration = (long)(now - startedAt).TotalMilliseconds;
        var line = new JsonObject { ["Outcome"] = record.Outcome.ToString(), ["cluster"] = record.ClusterArn, ["execution"] = record.ExecutionId };
        var byOutcome = new JsonArray();
        Add(byOutcome, "Outcomes", "Count", 1);
        Add(byOutcome, "ExecutionDuration", "Milliseconds", duration);
        if (record.Series is { } series)
        {
            Add(byOutcome, "Series", "Count", series);
        }

        var directives = new JsonArray(Directive(byOutcome, "Outcome"));
        // Runs that found everything in place would drown those that brought a cluster in.
        if (record is { Outcome: Outcome.Verified, Changed: true })
        {
            var alone = new JsonArray();
            Add(alone, "TimeToVerified", "Milliseconds", duration);
            directives.Add((JsonNode)Directive(alone));
        }

        // Who waits for a collector has not failed.
        if (record is { Cause: { } cause, Outcome: not Outcome.Parked })
        {
            line["Cause"] = cause;
            var byCause = new JsonArray();
            Add(byCause, "Failures", "Count", 1);
            directives.Add((JsonNode)Directive(byCause, "Cause"));
        }

        line["_aws"] = new JsonObject { ["Timestamp"] = now.ToUnixTimeMilliseconds(), ["CloudWatchMetrics"] = directives };
        return JsonText.Print(line);

        void Add(JsonArray metrics, string name, string unit, long value)
        {
            metrics.Add((JsonNode)new JsonObject { ["Name"] = name, ["Unit"] = unit });
            line[name] = value;
        }
    }

    private static JsonObject Directive(JsonArray metrics, params string[] dimensions) => new()
    {
        ["Namespace"] = Namespace,
        ["Dimensions"] = new JsonArray(new JsonArray([.. dimensions.Select(name => (JsonNode)JsonValue.Create(name))])),
        ["Metrics"] = metrics,
    };
}
