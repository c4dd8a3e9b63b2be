using System.Globalization;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Registry;

/// <summary>
/// The sweep's attributes in the items of clusters, and its further items. Times are epoch milliseconds, except for the lease's epoch seconds.
/// </summary>
internal static class FleetItemFormat
{
    public const string SweepKey = "sweep";
    public const string AccountsKey = "accounts";

    private const string ClusterPrefix = "arn:";
    private const string PlacePrefix = "account/";
    private const string UnprovenPrefix = "unproven/";

    public static string PlaceKey(string accountId, string region) => $"{PlacePrefix}{accountId}/{region}";

    public static string UnprovenKey(string accountId) => $"{UnprovenPrefix}{accountId}";

    public static bool IsCluster(Dictionary<string, AttributeValue> item) => item["clusterArn"].S.StartsWith(ClusterPrefix, StringComparison.Ordinal);

    public static bool IsPlace(Dictionary<string, AttributeValue> item) => item["clusterArn"].S.StartsWith(PlacePrefix, StringComparison.Ordinal);

    public static bool IsUnproven(Dictionary<string, AttributeValue> item) => item["clusterArn"].S.StartsWith(UnprovenPrefix, StringComparison.Ordinal);

    public static FleetItem Read(Dictionary<string, AttributeValue> item)
    {
        var (registryItem, isNewer) = RegistryItemOf(item);
        return new FleetItem(registryItem)
        {
            IsNewer = isNewer,
            Finding = Enum.TryParse<Finding>(Text(item, "finding"), out var finding) ? finding : null,
            Cause = Text(item, "findingCause"),
            InspectedAt = Number(item, "inspectedAt") is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
            SweepId = Text(item, "sweepId"),
            MissingSweep = Text(item, "missingSweep"),
            OrphanSweep = Text(item, "orphanSweep"),
            UnlistedSweep = Text(item, "unlistedSweep"),
            GrantDue = Text(item, "grantDue"),
        };
    }

    public static UnreachedPlace ReadPlace(Dictionary<string, AttributeValue> item)
    {
        var parts = item["clusterArn"].S.Split('/', 3);
        return new UnreachedPlace(
            parts[1], parts[2], Text(item, "sweepId") ?? "", Text(item, "findingCause") ?? "", Text(item, "findingSentence") ?? "", Text(item, "findingRemedy") ?? "");
    }

    public static UnprovenResources ReadUnproven(Dictionary<string, AttributeValue> item) => new(
        item["clusterArn"].S[UnprovenPrefix.Length..],
        Text(item, "sweepId") ?? "",
        (int)(Number(item, "resources") ?? 0),
        Text(item, "findingSentence") ?? "",
        Text(item, "findingRemedy") ?? "");

    /// <summary>The last key of a page, as text for the state machine.</summary>
    public static string? TokenOf(Dictionary<string, AttributeValue>? key) =>
        key is { Count: > 0 } ? $"{key["createdAt"].N} {key["clusterArn"].S}" : null;

    /// <summary>The reverse of <see cref="TokenOf"/>.</summary>
    public static Dictionary<string, AttributeValue>? KeyOf(string? token)
    {
        if (token is null)
        {
            return null;
        }

        var parts = token.Split(' ', 2);
        return ItemTable.Key(parts[1], long.Parse(parts[0], CultureInfo.InvariantCulture));
    }

    public static string? Text(Dictionary<string, AttributeValue> item, string name) => item.TryGetValue(name, out var value) ? value.S : null;

    public static long? Number(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && value.N is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Reads only the key of an item of a newer version: it must not stop the sweep of all other clusters.</summary>
    private static (RegistryItem Item, bool IsNewer) RegistryItemOf(Dictionary<string, AttributeValue> item)
    {
        try
        {
            return (RegistryItemFormat.Read(item), false);
        }
        catch (BlockedException)
        {
            return (new RegistryItem { ClusterArn = item["clusterArn"].S, CreatedAt = Number(item, "createdAt")!.Value }, true);
        }
    }
}
