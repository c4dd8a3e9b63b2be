using System.Text.Json.Nodes;
using CentralAmp.Collectors;

namespace CentralAmp.Access;

/// <summary>Compares RBAC objects by what they grant and to whom: order and fields set by the server do not matter. Pure.</summary>
public static class RbacComparison
{
    private static readonly string[] ListFields = ["apiGroups", "resources", "resourceNames", "verbs", "nonResourceURLs"];

    public static bool IsSame(JsonObject desired, JsonObject observed) =>
        Set(Rules(desired)).SetEquals(Rules(observed))
        && Set(Subjects(desired)).SetEquals(Subjects(observed))
        && RoleRef(desired) == RoleRef(observed)
        && Annotations(desired).IsSubsetOf(Annotations(observed))
        && Set(Data(desired)).SetEquals(Data(observed))
        && ManagedNames.IsManaged(observed)
        // An aggregation rule adds rights without a change of the rules.
        && observed["aggregationRule"] is null;

    /// <summary>Annotations of namespace and service account; other managers may add more.</summary>
    private static HashSet<string> Annotations(JsonObject item) => [
        .. (item["metadata"] as JsonObject)?["annotations"] is JsonObject annotations ? annotations.Select(pair => $"{pair.Key}={Text(pair.Value)}") : []];

    /// <summary>The content of a Secret.</summary>
    private static IEnumerable<string> Data(JsonObject item) => (item["data"] as JsonObject)?.Select(pair => $"{pair.Key}={Text(pair.Value)}") ?? [];

    private static HashSet<string> Set(IEnumerable<string> texts) => [.. texts];

    private static IEnumerable<string> Rules(JsonObject item) => Objects(item["rules"]).Select(rule =>
        string.Join(';', ListFields.Select(field => $"{field}={string.Join(',', Texts(rule[field]).Order(StringComparer.Ordinal))}")));

    private static IEnumerable<string> Subjects(JsonObject item) => Objects(item["subjects"]).Select(subject =>
        $"{Text(subject["kind"])}/{Text(subject["namespace"])}/{Text(subject["name"])}");

    private static string RoleRef(JsonObject item) =>
        item["roleRef"] is JsonObject reference ? $"{Text(reference["kind"])}/{Text(reference["name"])}" : "";

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => (node as JsonArray)?.OfType<JsonObject>() ?? [];

    private static IEnumerable<string> Texts(JsonNode? node) => (node as JsonArray)?.Select(Text) ?? [];

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
