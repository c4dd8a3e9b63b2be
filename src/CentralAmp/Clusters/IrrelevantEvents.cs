using System.Text.Json;

namespace CentralAmp.Clusters;

/// <summary>
/// Finds events that change nothing that CentralAmp looks at. Each execution overtakes the one before it, so an event that says nothing new must not start
/// one. What is ignored wrongly is found by the next sweep. Pure.
/// </summary>
internal static class IrrelevantEvents
{
    /// <param name="routeTags">The keys of tags that routes name.</param>
    /// <param name="managerRoleName">CentralAmp's own role in the member account.</param>
    /// <returns>Why the event is ignored; null if it may matter, also if it cannot be read.</returns>
    public static string? Why(JsonElement input, ClusterReference cluster, IEnumerable<string> routeTags, string managerRoleName)
    {
        if (!ClusterEvent.HasEventFields(input) || InputFields.Object(input, "detail") is not { } detail)
        {
            return null;
        }

        return CallerOf(detail)?.StartsWith($"arn:{cluster.Partition}:sts::{cluster.AccountId}:assumed-role/{managerRoleName}/", StringComparison.Ordinal) == true
            ? "CentralAmp made this call itself"
            : TagsOf(detail) is { Count: > 0 } changed && !changed.Any(key => IsRead(key, routeTags))
                ? $"it changes no tag that a route or CentralAmp reads ({string.Join(", ", changed.Take(3))})"
                : null;
    }

    private static bool IsRead(string key, IEnumerable<string> routeTags) =>
        key.StartsWith(ClusterTags.Prefix, StringComparison.OrdinalIgnoreCase) || routeTags.Contains(key, StringComparer.Ordinal);

    private static string? CallerOf(JsonElement detail) =>
        Member(detail, "userIdentity") is { } identity && Member(identity, "arn") is { ValueKind: JsonValueKind.String } arn ? arn.GetString() : null;

    /// <summary>The keys of TagResource are those of an object, the keys of UntagResource a list.</summary>
    private static List<string>? TagsOf(JsonElement detail) =>
        Member(detail, "eventName") is { ValueKind: JsonValueKind.String } name && name.GetString() is "TagResource" or "UntagResource"
        && Member(detail, "requestParameters") is { } parameters
            ? (Member(parameters, "tags"), Member(parameters, "tagKeys")) switch
            {
                ({ ValueKind: JsonValueKind.Object } tags, null) => [.. tags.EnumerateObject().Select(tag => tag.Name)],
                (null, { ValueKind: JsonValueKind.Array } keys) when keys.EnumerateArray().All(key => key.ValueKind == JsonValueKind.String) =>
                    [.. keys.EnumerateArray().Select(key => key.GetString()!)],
                _ => null,
            }
            : null;

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : null;
}
