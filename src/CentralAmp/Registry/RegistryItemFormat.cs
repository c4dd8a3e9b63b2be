using System.Globalization;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Registry;

/// <summary>The item's attributes in DynamoDB. Times are epoch milliseconds, except for the lease's epoch seconds.</summary>
internal static class RegistryItemFormat
{
    /// <summary>
    /// Incremented when a reader of the old schema would do harm. Version 2: trust may be chained; a reader that supports only direct trust
    /// would leave roles in member accounts. Attributes that an older item lacks are absent.
    /// </summary>
    private const int SchemaVersion = 2;

    public static readonly AttributeValue Schema = new() { N = SchemaVersion.ToString(CultureInfo.InvariantCulture) };

    /// <summary>Condition of every write: this version never overwrites items of a newer version.</summary>
    public const string NotNewer = "(attribute_not_exists(schemaVersion) OR schemaVersion <= :schemaVersion)";

    public const string FormerWorkspace = "formerWorkspaceArn";
    public const string RouteLeft = "routeLeftAt";
    public const string RequestedAt = "requestedAt";
    public const string Late = "late";

    /// <summary>One line per attribute that <see cref="Write"/> and <see cref="Read"/> handle. Append new attributes.</summary>
    private static readonly Field[] Fields =
    [
        EnumValue("state", item => item.State, (item, value) => item with { State = value }),
        Text("cause", item => item.Cause, (item, value) => item with { Cause = value }) with { IsOfLastExecution = true },
        Text("sentence", item => item.Sentence, (item, value) => item with { Sentence = value }),
        Text("remedy", item => item.Remedy, (item, value) => item with { Remedy = value }) with { IsOfLastExecution = true },
        EnumValue("reason", item => item.Reason, (item, value) => item with { Reason = value }) with { IsOfLastExecution = true },
        Text("issuer", item => item.Issuer, (item, value) => item with { Issuer = value }),
        Text("workspaceArn", item => item.WorkspaceArn, (item, value) => item with { WorkspaceArn = value }),
        Text("trustMode", item => item.TrustMode, (item, value) => item with { TrustMode = value }),
        Text("delivery", item => item.Delivery, (item, value) => item with { Delivery = value }),
        Text("roleArn", item => item.RoleArn, (item, value) => item with { RoleArn = value }),
        Text("collectorRoleArn", item => item.CollectorRoleArn, (item, value) => item with { CollectorRoleArn = value }),
        Number("series", item => item.Series, (item, value) => item with { Series = value }),
        Time("verifiedAt", item => item.VerifiedAt, (item, value) => item with { VerifiedAt = value }),
        Time("changedAt", item => item.ChangedAt, (item, value) => item with { ChangedAt = value }),
        Time("updatedAt", item => item.UpdatedAt, (item, value) => item with { UpdatedAt = value }),
        Text("executionId", item => item.ExecutionId, (item, value) => item with { ExecutionId = value }),
        Time("executionStartedAt", item => item.ExecutionStartedAt, (item, value) => item with { ExecutionStartedAt = value }),
        Text(FormerWorkspace, item => item.FormerWorkspaceArn, (item, value) => item with { FormerWorkspaceArn = value }),
        Time(RouteLeft, item => item.RouteLeftAt, (item, value) => item with { RouteLeftAt = value }),
        Time(RequestedAt, item => item.RequestedAt, (item, value) => item with { RequestedAt = value }),
        Text(Late, item => item.Late, (item, value) => item with { Late = value }),
        Time("cutSince", item => item.CutSince, (item, value) => item with { CutSince = value }),
    ];

    /// <summary>Attributes as <c>:name</c> placeholders; null values are absent.</summary>
    public static Dictionary<string, AttributeValue> Write(RegistryItem item)
    {
        var values = new Dictionary<string, AttributeValue> { [":schemaVersion"] = Schema };
        foreach (var field in Fields)
        {
            if (field.Write(item) is { } value)
            {
                values[":" + field.Name] = value;
            }
        }

        return values;
    }

    /// <summary>
    /// Sets the given attributes and removes the cause of an earlier failure. Other attributes of earlier executions (role, times) stay unless
    /// <paramref name="attributesToRemove"/> names them.
    /// </summary>
    /// <param name="facts">Its values are added to <paramref name="values"/>.</param>
    public static string UpdateExpression(Dictionary<string, AttributeValue> values, FactsUpdate? facts, params IReadOnlyList<string> attributesToRemove)
    {
        List<string> assignments = [.. values.Keys.Order(StringComparer.Ordinal).Select(key => $"{NameOf(key[1..])} = {key}")];
        var (more, sections) = facts is null ? ([], "") : FactsFormat.Write(facts, values);
        var set = string.Join(", ", assignments.Concat(more));
        var removed = string.Join(", ", Fields.Where(field => field.IsOfLastExecution).Select(field => field.Name).Concat(attributesToRemove)
            .Where(name => !values.ContainsKey(":" + name)));
        return (removed.Length == 0 ? $"SET {set}" : $"SET {set} REMOVE {removed}") + sections;
    }

    /// <summary>Placeholders for names that DynamoDB reserves; null if no expression has one.</summary>
    public static Dictionary<string, string>? ReservedNames(params IEnumerable<string> expressions) =>
        expressions.Any(expression => expression.Contains("#state", StringComparison.Ordinal)) ? new() { ["#state"] = "state" } : null;

    /// <exception cref="BlockedException">RegistryItemNewer: a newer version wrote the item; this version does not interpret it.</exception>
    public static RegistryItem Read(Dictionary<string, AttributeValue> item)
    {
        var key = new RegistryItem { ClusterArn = item["clusterArn"].S, CreatedAt = NumberOf(item, "createdAt")!.Value };
        if (NumberOf(item, "schemaVersion") is > SchemaVersion and var newer)
        {
            throw new BlockedException(
                Causes.RegistryItemNewer,
                $"The registry item of {key.ClusterArn} has schema version {newer}; this CentralAmp reads up to version {SchemaVersion}.",
                "Deploy the newer version of CentralAmp again.");
        }

        return Fields.Aggregate(key, (read, field) => item.TryGetValue(field.Name, out var value) ? field.Read(read, value) : read) with
        {
            Elevation = item.TryGetValue("elevationHolder", out var holder) && NumberOf(item, "elevationExpires") is { } expires
                ? new ElevationLease(holder.S, DateTimeOffset.FromUnixTimeSeconds(expires))
                : null,
            Claim = new ClusterClaim(NumberOf(item, ClaimFormat.Number) ?? 0, FleetItemFormat.Text(item, ClaimFormat.Holder)),
            Facts = FactsFormat.Read(item),
        };
    }

    private static Field Text(string name, Func<RegistryItem, string?> get, Func<RegistryItem, string, RegistryItem> set) => new(
        name,
        item => get(item) is { Length: > 0 } value ? new AttributeValue { S = value } : null,
        (item, value) => value.S is { } text ? set(item, text) : item);

    private static Field Number(string name, Func<RegistryItem, long?> get, Func<RegistryItem, long, RegistryItem> set) => new(
        name,
        item => get(item) is { } value ? new AttributeValue { N = value.ToString(CultureInfo.InvariantCulture) } : null,
        (item, value) => value.N is { } text ? set(item, long.Parse(text, CultureInfo.InvariantCulture)) : item);

    private static Field Time(string name, Func<RegistryItem, DateTimeOffset?> get, Func<RegistryItem, DateTimeOffset, RegistryItem> set) => Number(
        name,
        item => get(item)?.ToUnixTimeMilliseconds(),
        (item, value) => set(item, DateTimeOffset.FromUnixTimeMilliseconds(value)));

    /// <summary>An unknown value is read as absent.</summary>
    private static Field EnumValue<T>(string name, Func<RegistryItem, T?> get, Func<RegistryItem, T, RegistryItem> set)
        where T : struct, Enum => Text(
        name,
        item => get(item)?.ToString(),
        (item, text) => Enum.TryParse<T>(text, out var value) ? set(item, value) : item);

    private static string NameOf(string attribute) => attribute == "state" ? "#state" : attribute;

    private static long? NumberOf(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && value.N is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Writes and reads one attribute.</summary>
    private sealed record Field(string Name, Func<RegistryItem, AttributeValue?> Write, Func<RegistryItem, AttributeValue, RegistryItem> Read)
    {
        /// <summary>Removed if a later execution records without it.</summary>
        public bool IsOfLastExecution { get; init; }
    }
}
