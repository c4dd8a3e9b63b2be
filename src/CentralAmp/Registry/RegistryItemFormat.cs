using System.Globalization;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Registry;

/// <summary>The item as DynamoDB holds it, attribute by attribute. Times are epoch milliseconds, but the lease's epoch seconds.</summary>
internal static class RegistryItemFormat
{
    /// <summary>
    /// Raised when a reader of the old shape would go wrong. 2: trust may be chained; a reader that knows only direct trust would leave
    /// roles behind in member accounts. What an older item lacks is absent.
    /// </summary>
    private const int SchemaVersion = 2;

    public static readonly AttributeValue Schema = new() { N = SchemaVersion.ToString(CultureInfo.InvariantCulture) };

    /// <summary>For every write: what a newer version wrote is not overwritten by this one.</summary>
    public const string NotNewer = "(attribute_not_exists(schemaVersion) OR schemaVersion <= :schemaVersion)";

    /// <summary>One line per attribute that <see cref="Write"/> and <see cref="Read"/> handle; append.</summary>
    private static readonly Field[] Fields =
    [
        Word("state", item => item.State, (item, value) => item with { State = value }),
        Text("cause", item => item.Cause, (item, value) => item with { Cause = value }) with { IsPassing = true },
        Text("sentence", item => item.Sentence, (item, value) => item with { Sentence = value }),
        Text("remedy", item => item.Remedy, (item, value) => item with { Remedy = value }) with { IsPassing = true },
        Word("reason", item => item.Reason, (item, value) => item with { Reason = value }) with { IsPassing = true },
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
    ];

    /// <summary>Attributes as <c>:name</c> placeholders; what is null is absent.</summary>
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

    /// <summary>Sets what is there. A cause that is over leaves; what an earlier execution found out (role, times) stays unless it is to be forgotten.</summary>
    public static string UpdateExpression(Dictionary<string, AttributeValue> values, params IReadOnlyList<string> forget)
    {
        var set = string.Join(", ", values.Keys.Order(StringComparer.Ordinal).Select(key => $"{NameOf(key[1..])} = {key}"));
        var gone = string.Join(", ", Fields.Where(field => field.IsPassing).Select(field => field.Name).Concat(forget)
            .Where(name => !values.ContainsKey(":" + name)));
        return gone.Length == 0 ? $"SET {set}" : $"SET {set} REMOVE {gone}";
    }

    /// <summary>Placeholders for names that DynamoDB reserves; null where no expression has one.</summary>
    public static Dictionary<string, string>? ReservedNames(params IEnumerable<string> expressions) =>
        expressions.Any(expression => expression.Contains("#state", StringComparison.Ordinal)) ? new() { ["#state"] = "state" } : null;

    /// <exception cref="BlockedException">RegistryItemNewer: a newer version wrote it, and what it means is not guessed.</exception>
    public static RegistryItem Read(Dictionary<string, AttributeValue> item)
    {
        var key = new RegistryItem { ClusterArn = item["clusterArn"].S, CreatedAt = NumberOf(item, "createdAt")!.Value };
        if (NumberOf(item, "schemaVersion") is > SchemaVersion and var newer)
        {
            throw new BlockedException(
                Causes.RegistryItemNewer,
                $"The registry item of {key.ClusterArn} is of version {newer}; this CentralAmp reads up to {SchemaVersion}.",
                "Deploy the newer version of CentralAmp again.");
        }

        return Fields.Aggregate(key, (read, field) => item.TryGetValue(field.Name, out var value) ? field.Read(read, value) : read) with
        {
            Elevation = item.TryGetValue("elevationHolder", out var holder) && NumberOf(item, "elevationExpires") is { } expires
                ? new ElevationLease(holder.S, DateTimeOffset.FromUnixTimeSeconds(expires))
                : null,
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

    /// <summary>A word that this version does not know is read as absent.</summary>
    private static Field Word<T>(string name, Func<RegistryItem, T?> get, Func<RegistryItem, T, RegistryItem> set)
        where T : struct, Enum => Text(
        name,
        item => get(item)?.ToString(),
        (item, text) => Enum.TryParse<T>(text, out var value) ? set(item, value) : item);

    private static string NameOf(string attribute) => attribute == "state" ? "#state" : attribute;

    private static long? NumberOf(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && value.N is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>How one attribute is written and read.</summary>
    private sealed record Field(string Name, Func<RegistryItem, AttributeValue?> Write, Func<RegistryItem, AttributeValue, RegistryItem> Read)
    {
        /// <summary>Leaves when an execution that recorded later does not have it.</summary>
        public bool IsPassing { get; init; }
    }
}
