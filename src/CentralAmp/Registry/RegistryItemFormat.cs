using System.Globalization;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Outcomes;

namespace CentralAmp.Registry;

/// <summary>The item as DynamoDB holds it. Times are epoch milliseconds, but the lease's epoch seconds.</summary>
internal static class RegistryItemFormat
{
    /// <summary>Raised when a reader of the old shape would go wrong.</summary>
    public static readonly AttributeValue Schema = new() { N = "1" };

    private static readonly string[] Passing = ["cause", "remedy"];

    /// <summary>Attributes as <c>:name</c> placeholders; what is null is absent.</summary>
    public static Dictionary<string, AttributeValue> Write(RegistryItem item)
    {
        var values = new Dictionary<string, AttributeValue> { [":schemaVersion"] = Schema };
        Text("state", item.State?.ToString());
        Text("cause", item.Cause);
        Text("sentence", item.Sentence);
        Text("remedy", item.Remedy);
        Text("workspaceArn", item.WorkspaceArn);
        Text("trustMode", item.TrustMode);
        Text("delivery", item.Delivery);
        Text("roleArn", item.RoleArn);
        Text("executionId", item.ExecutionId);
        Number("series", item.Series);
        Number("verifiedAt", item.VerifiedAt?.ToUnixTimeMilliseconds());
        Number("changedAt", item.ChangedAt?.ToUnixTimeMilliseconds());
        Number("updatedAt", item.UpdatedAt?.ToUnixTimeMilliseconds());
        Number("executionStartedAt", item.ExecutionStartedAt?.ToUnixTimeMilliseconds());
        return values;

        void Text(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                values[":" + name] = new AttributeValue { S = value };
            }
        }

        void Number(string name, long? value)
        {
            if (value is { } number)
            {
                values[":" + name] = new AttributeValue { N = number.ToString(CultureInfo.InvariantCulture) };
            }
        }
    }

    /// <summary>Sets what is there. A cause that is over leaves; what an earlier execution found out (role, times) stays.</summary>
    public static string UpdateExpression(Dictionary<string, AttributeValue> values)
    {
        var set = string.Join(", ", values.Keys.Order(StringComparer.Ordinal).Select(key => $"{NameOf(key[1..])} = {key}"));
        var gone = string.Join(", ", Passing.Where(name => !values.ContainsKey(":" + name)));
        return gone.Length == 0 ? $"SET {set}" : $"SET {set} REMOVE {gone}";
    }

    /// <summary>Placeholders for names that DynamoDB reserves; null where the expression has none.</summary>
    public static Dictionary<string, string>? ReservedNames(string expression) =>
        expression.Contains("#state", StringComparison.Ordinal) ? new() { ["#state"] = "state" } : null;

    public static RegistryItem Read(Dictionary<string, AttributeValue> item) => new()
    {
        ClusterArn = item["clusterArn"].S,
        CreatedAt = Number(item, "createdAt")!.Value,
        State = Enum.TryParse<Outcome>(Text(item, "state"), out var state) ? state : null,
        Cause = Text(item, "cause"),
        Sentence = Text(item, "sentence"),
        Remedy = Text(item, "remedy"),
        WorkspaceArn = Text(item, "workspaceArn"),
        TrustMode = Text(item, "trustMode"),
        Delivery = Text(item, "delivery"),
        RoleArn = Text(item, "roleArn"),
        Series = Number(item, "series"),
        VerifiedAt = Milliseconds(item, "verifiedAt"),
        ChangedAt = Milliseconds(item, "changedAt"),
        UpdatedAt = Milliseconds(item, "updatedAt"),
        ExecutionId = Text(item, "executionId"),
        ExecutionStartedAt = Milliseconds(item, "executionStartedAt"),
        Elevation = Text(item, "elevationHolder") is { } holder && Number(item, "elevationExpires") is { } expires
            ? new ElevationLease(holder, DateTimeOffset.FromUnixTimeSeconds(expires))
            : null,
    };

    private static string NameOf(string attribute) => attribute == "state" ? "#state" : attribute;

    private static string? Text(Dictionary<string, AttributeValue> item, string name) => item.TryGetValue(name, out var value) ? value.S : null;

    private static long? Number(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && value.N is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    private static DateTimeOffset? Milliseconds(Dictionary<string, AttributeValue> item, string name) =>
        Number(item, name) is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
