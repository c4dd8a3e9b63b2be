using System.Text.Json.Nodes;

namespace CentralAmp.Registry;

/// <summary>Metrics as a log line (CloudWatch embedded metric format), which needs no call and no permission.</summary>
internal static class OutcomeMetrics
{
    private const string Namespace = "CentralAmp";

    /// <summary>
    /// Counts outcomes by state and failures by cause: dimensions with few values. The cluster is a searchable field and no dimension.
    /// </summary>
    /// <param name="now">End of the execution, whose duration is the metric: EKS does not return when a cluster became ACTIVE.</param>
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
        // Executions without changes would hide the durations of executions that onboarded a cluster.
        if (record is { Outcome: Outcome.Verified, Changed: true })
        {
            var withoutDimensions = new JsonArray();
            Add(withoutDimensions, "TimeToVerified", "Milliseconds", duration);
            directives.Add((JsonNode)Directive(withoutDimensions));
        }

        // A cluster that waits for a collector has not failed, nor one whose next execution goes on.
        if (record is { Cause: { } cause, Outcome: not (Outcome.Parked or Outcome.Superseded) })
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
