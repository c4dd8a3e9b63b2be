using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>Reads the field managers of an object from <c>metadata.managedFields</c>.</summary>
internal static class ManagedFields
{
    /// <param name="path">Field names from the root, without the <c>f:</c> of the wire.</param>
    /// <returns>Distinct managers in the order of the resource.</returns>
    public static IReadOnlyList<string> OwnersOf(JsonObject resource, params string[] path) =>
    [
        .. (resource["metadata"] as JsonObject)?["managedFields"] is JsonArray entries
            ? entries.OfType<JsonObject>().Where(entry => Owns(entry, path)).Select(Manager).Distinct(StringComparer.Ordinal)
            : [],
    ];

    private static bool Owns(JsonObject entry, string[] path)
    {
        JsonNode? node = entry["fieldsV1"];
        foreach (var field in path)
        {
            node = (node as JsonObject)?["f:" + field];
        }

        return node is not null;
    }

    private static string Manager(JsonObject entry) =>
        entry["manager"] is JsonValue name && name.TryGetValue<string>(out var text) && text.Length > 0 ? text : "an unnamed manager";
}
