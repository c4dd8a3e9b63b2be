using System.Text.Json;
using System.Text.Json.Nodes;

namespace CentralAmp.Trust;

/// <summary>Compares IAM policy documents by meaning: order, string or list, forms of a principal, Sids and encoding do not matter.</summary>
public static class PolicyMeaning
{
    /// <summary>False also when one of them is not a policy document.</summary>
    public static bool IsSame(string? left, string? right) => Canonical(left) is { } meaning && meaning == Canonical(right);

    /// <summary>The document as JSON; GetRole returns it URL-encoded. Null if it is not one.</summary>
    public static JsonObject? Parse(string? document)
    {
        if (string.IsNullOrWhiteSpace(document))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(document.TrimStart().StartsWith('{') ? document : Uri.UnescapeDataString(document)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Items of a field that may be a single value or a list in IAM.</summary>
    public static IReadOnlyList<JsonNode?> Many(JsonNode? node) => node switch
    {
        null => [],
        JsonArray list => [.. list],
        _ => [node],
    };

    private static string? Canonical(string? document) => Parse(document) is not { } policy
        ? null
        // A document without a version has the old version, in which policy variables are plain text.
        : $"{Text(policy["Version"]) ?? "2008-10-17"}\n{string.Join('\n', Many(policy["Statement"]).Select(Statement).Order(StringComparer.Ordinal))}";

    private static string Statement(JsonNode? node) => node is not JsonObject statement
        ? $"?{node?.ToJsonString()}"
        : string.Join(';', statement.Where(member => member.Key != "Sid").Select(Member).Order(StringComparer.Ordinal));

    private static string Member(KeyValuePair<string, JsonNode?> member) => member.Key + "=" + member.Key switch
    {
        // Names of actions are not case-sensitive (IAM User Guide, "IAM JSON policy elements: Action").
        "Action" or "NotAction" => Values(member.Value).ToLowerInvariant(),
        "Principal" or "NotPrincipal" => Principal(member.Value),
        "Condition" => Condition(member.Value),
        _ => Values(member.Value),
    };

    private static string Principal(JsonNode? node) => node is JsonObject principals
        ? string.Join('&', principals.Select(kind => $"{kind.Key}:{Join(Many(kind.Value).Select(PrincipalName))}").Order(StringComparer.Ordinal))
        // "*" is the short form of {"AWS":"*"}.
        : $"AWS:{Values(node)}";

    /// <summary>The principal of an account may be its number or its root ARN.</summary>
    private static string PrincipalName(JsonNode? node)
    {
        var name = Text(node) ?? node?.ToJsonString() ?? "";
        var parts = name.Split(':');
        return parts is [_, _, "iam", "", { Length: 12 } account, "root"] ? account : name;
    }

    private static string Condition(JsonNode? node) => node is JsonObject operators
        ? string.Join('&', operators
            .SelectMany(test => (test.Value as JsonObject ?? []).Select(key => $"{test.Key}({key.Key.ToLowerInvariant()}):{Values(key.Value)}"))
            .Order(StringComparer.Ordinal))
        : $"?{node?.ToJsonString()}";

    private static string Values(JsonNode? node) => Join(Many(node).Select(value => Text(value) ?? value?.ToJsonString() ?? ""));

    private static string Join(IEnumerable<string> values) =>
        string.Join(',', values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(value => $"'{value}'"));

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
