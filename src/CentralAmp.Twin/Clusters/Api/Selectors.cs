using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>Label and field selectors of list requests.</summary>
internal static partial class Selectors
{
    // The fields by which Kubernetes can select pods. Other kinds can be selected by name and namespace only.
    private static readonly string[] PodFields = ["spec.nodeName", "spec.serviceAccountName", "status.phase"];

    /// <exception cref="StatusException">400 for an invalid selector.</exception>
    public static Func<JsonObject, bool> Labels(string selector)
    {
        var requirements = Requirements(selector).Select(Requirement).ToList();
        return item => requirements.All(r => r(item.At("metadata", "labels") as JsonObject ?? []));
    }

    /// <exception cref="StatusException">400 for a field by which this kind is not selected.</exception>
    public static Func<JsonObject, bool> Fields(ResourceKind kind, string selector)
    {
        var requirements = selector.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => Requirement(kind, r)).ToList();
        return item => requirements.All(r => r(item));
    }

    /// <summary>Whether a LabelSelector (matchLabels, matchExpressions) matches; an empty one matches everything.</summary>
    public static bool Matches(JsonNode? selector, JsonObject item)
    {
        var labels = item.At("metadata", "labels") as JsonObject ?? [];
        var wanted = selector.At("matchLabels") as JsonObject ?? [];
        return wanted.All(w => labels.TextAt(w.Key) == w.Value!.GetValue<string>()) &&
            selector.ObjectsAt("matchExpressions").All(expression => Matches(expression, labels));
    }

    private static bool Matches(JsonObject expression, JsonObject labels)
    {
        var (value, values) = (labels.TextAt(expression.TextAt("key") ?? ""), expression.TextsAt("values"));
        return expression.TextAt("operator") switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }

    private static Func<JsonObject, bool> Requirement(ResourceKind kind, string requirement)
    {
        var match = FieldForm().Match(requirement);
        var field = match.Groups["field"].Value;
        var known = field is "metadata.name" or "metadata.namespace" || (kind == ResourceKind.Pod && PodFields.Contains(field));
        if (!match.Success || !known)
            throw StatusException.BadRequest($"field label not supported: {field}");
        var differs = match.Groups["operator"].Value == "!=";
        return item => ((item.TextAt(field.Split('.')) ?? "") == match.Groups["value"].Value) != differs;
    }

    private static IEnumerable<string> Requirements(string selector) =>
        CommaOutsideOfParentheses().Split(selector).Select(r => r.Trim()).Where(r => r.Length > 0);

    private static Func<JsonObject, bool> Requirement(string requirement)
    {
        var match = LabelForm().Match(requirement);
        if (!match.Success)
            throw StatusException.BadRequest($"unable to parse requirement: {requirement}");
        var key = match.Groups["key"].Value;
        var values = match.Groups["values"].Value.Split(',').Select(v => v.Trim()).ToList();
        return match.Groups["operator"].Value switch
        {
            "=" or "==" or "in" => labels => labels.ContainsKey(key) && values.Contains(labels.TextAt(key) ?? ""),
            "!=" or "notin" => labels => !labels.ContainsKey(key) || !values.Contains(labels.TextAt(key) ?? ""),
            _ => labels => labels.ContainsKey(key) != (match.Groups["not"].Length > 0),
        };
    }

    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex CommaOutsideOfParentheses();

    [GeneratedRegex(@"^(?<not>!)?\s*(?<key>[A-Za-z0-9][-A-Za-z0-9_./]*)\s*((?<operator>==|=|!=|\bin\b|\bnotin\b)\s*\(?(?<values>[^()]*)\)?)?$")]
    private static partial Regex LabelForm();

    [GeneratedRegex(@"^(?<field>[A-Za-z.]+)\s*(?<operator>==|=|!=)\s*(?<value>.*)$")]
    private static partial Regex FieldForm();
}
