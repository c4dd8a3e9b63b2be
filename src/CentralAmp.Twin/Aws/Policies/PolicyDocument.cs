using System.Text.Json;

namespace CentralAmp.Twin.Aws.Policies;

/// <summary>One condition: <c>operator</c> on <c>key</c> with the values of the policy.</summary>
public sealed record PolicyCondition(string Operator, string Key, IReadOnlyList<string> Values);

/// <summary>One principal of a resource policy: kind (<c>AWS</c>, <c>Federated</c>, <c>Service</c> or <c>*</c>) and value.</summary>
public sealed record PolicyPrincipal(string Kind, string Value);

public sealed record PolicyStatement(
    string? Sid,
    bool Allows,
    IReadOnlyList<string> Actions,
    bool NotActions,
    IReadOnlyList<string> Resources,
    bool NotResources,
    IReadOnlyList<PolicyPrincipal> Principals,
    IReadOnlyList<PolicyCondition> Conditions);

/// <summary>An IAM policy. The reader is strict: an unknown element is an error and never allows a call.</summary>
public sealed record PolicyDocument(IReadOnlyList<PolicyStatement> Statements)
{
    private static readonly HashSet<string> KnownElements =
        ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "Condition"];

    /// <exception cref="FormatException">The text is not a policy, or it uses an element that the twin does not support.</exception>
    public static PolicyDocument Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Parse(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new FormatException($"This policy contains invalid Json: {e.Message}", e);
        }
    }

    public static PolicyDocument Parse(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("Statement", out var statements))
            throw new FormatException("Syntax errors in policy: no Statement.");

        return new PolicyDocument([.. statements.ValueKind == JsonValueKind.Array
            ? statements.EnumerateArray().Select(ParseStatement)
            : [ParseStatement(statements)]]);
    }

    private static PolicyStatement ParseStatement(JsonElement statement)
    {
        if (statement.ValueKind != JsonValueKind.Object)
            throw new FormatException("Syntax errors in policy: a statement is not an object.");
        foreach (var element in statement.EnumerateObject().Where(element => !KnownElements.Contains(element.Name)))
            throw new FormatException($"Syntax errors in policy: the twin does not know the element '{element.Name}'.");

        return new PolicyStatement(
            statement.TryGetProperty("Sid", out var sid) ? sid.GetString() : null,
            Effect(statement),
            Strings(statement, "Action", "NotAction"),
            statement.TryGetProperty("NotAction", out _),
            Strings(statement, "Resource", "NotResource"),
            statement.TryGetProperty("NotResource", out _),
            statement.TryGetProperty("Principal", out var principal) ? ParsePrincipal(principal) : [],
            statement.TryGetProperty("Condition", out var condition) ? ParseConditions(condition) : []);
    }

    private static bool Effect(JsonElement statement) =>
        (statement.TryGetProperty("Effect", out var effect) ? effect.GetString() : null) switch
        {
            "Allow" => true,
            "Deny" => false,
            var other => throw new FormatException($"Syntax errors in policy: Effect '{other}'."),
        };

    private static IReadOnlyList<string> Strings(JsonElement statement, string name, string negated) =>
        statement.TryGetProperty(name, out var value) || statement.TryGetProperty(negated, out value) ? Strings(value) : [];

    private static IReadOnlyList<string> Strings(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => [.. value.EnumerateArray().SelectMany(Strings)],
        JsonValueKind.String => [value.GetString()!],
        // Conditions carry booleans and numbers too: "Bool": {"aws:SecureTransport": true}.
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => [value.GetRawText()],
        _ => throw new FormatException($"Syntax errors in policy: {value.ValueKind} where a string belongs."),
    };

    private static IReadOnlyList<PolicyPrincipal> ParsePrincipal(JsonElement principal) => principal.ValueKind switch
    {
        JsonValueKind.String => [new PolicyPrincipal("*", principal.GetString()!)],
        JsonValueKind.Object => [.. principal.EnumerateObject().SelectMany(kind => Strings(kind.Value).Select(value => new PolicyPrincipal(kind.Name, value)))],
        _ => throw new FormatException("Syntax errors in policy: Principal is neither a string nor an object."),
    };

    private static IReadOnlyList<PolicyCondition> ParseConditions(JsonElement condition) =>
        [.. condition.EnumerateObject().SelectMany(op => op.Value.EnumerateObject().Select(key => new PolicyCondition(op.Name, key.Name, Strings(key.Value))))];
}
