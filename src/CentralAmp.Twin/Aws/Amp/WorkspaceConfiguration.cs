using System.Text.Json.Nodes;

namespace CentralAmp.Twin.Aws.Amp;

/// <summary>Retention and limits of a workspace. Each list is replaced as a whole (UpdateWorkspaceConfiguration, AMP API reference).</summary>
internal sealed record WorkspaceConfiguration(int RetentionDays, JsonArray Limits)
{
    // AMP keeps samples for 150 days by default (AMP user guide, "workspace configuration").
    public static WorkspaceConfiguration Initial { get; } = new(150, []);

    /// <exception cref="AwsException">A value that AMP refuses.</exception>
    public WorkspaceConfiguration Updated(JsonObject asked)
    {
        var days = asked["retentionPeriodInDays"]?.GetValue<int>() ?? RetentionDays;
        var limits = asked["limitsPerLabelSet"] as JsonArray ?? Limits;
        if (days is < 1 or > 1095)
            throw new AwsException(400, "ValidationException", "retentionPeriodInDays must be 1 to 1095");
        if (limits.Any(limit => limit?["limits"]?["maxSeries"]?.GetValue<long>() < 0))
            throw new AwsException(400, "ValidationException", "maxSeries must not be negative");
        if (limits.Select(limit => limit?["labelSet"] is JsonObject labels ? string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal)) : "").Distinct().Count() < limits.Count)
            throw new AwsException(400, "ValidationException", "A label set has two limits");
        return new WorkspaceConfiguration(days, (JsonArray)limits.DeepClone());
    }

    public JsonObject Describe() => new()
    {
        ["status"] = new JsonObject { ["statusCode"] = "ACTIVE" },
        ["retentionPeriodInDays"] = RetentionDays,
        ["limitsPerLabelSet"] = Limits.DeepClone(),
    };
}
