using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CentralAmp.Twin.Clusters.Api;

namespace CentralAmp.Twin.Clusters.Objects;

/// <summary>Validates an object against a CRD's schema: refuses invalid values, and prunes or refuses unknown fields.</summary>
internal static class ObjectValidation
{
    /// <summary>Paths of fields that the schema does not declare: <c>.spec.foo</c>.</summary>
    public static IEnumerable<string> UnknownFields(JsonNode? value, ObjectSchema schema, string path = "") => value switch
    {
        JsonObject map when schema.KeepsUnknown && schema.Properties.Count == 0 => [],
        JsonObject map => map.SelectMany(field => schema.Declares(field.Key)
            ? UnknownFields(field.Value, schema.Property(field.Key), $"{path}.{field.Key}")
            : [$"{path}.{field.Key}"]),
        JsonArray items => items.SelectMany((item, i) => UnknownFields(item, schema.Items, $"{path}[{i}]")),
        _ => [],
    };

    /// <summary>Removes fields that the schema does not declare.</summary>
    public static void Prune(JsonNode? value, ObjectSchema schema)
    {
        if (value is JsonObject map)
        {
            foreach (var unknown in map.Select(f => f.Key).Where(name => !schema.Declares(name)).ToList())
                map.Remove(unknown);
            foreach (var (name, child) in map)
                Prune(child, schema.Property(name));
        }
        else if (value is JsonArray items)
        {
            foreach (var item in items)
                Prune(item, schema.Items);
        }
    }

    public static void Check(ResourceKind kind, JsonObject item)
    {
        List<StatusCause> causes = [];
        Check(item, kind.Schema, "", causes);
        if (causes.Count > 0)
            throw StatusException.Invalid(kind, item.Name(), causes);
    }

    private static void Check(JsonNode? value, ObjectSchema schema, string path, List<StatusCause> causes)
    {
        if (value is not null && schema.Type.Length > 0 && TypeOf(value) != schema.Type)
        {
            causes.Add(Invalid(path, value, $"must be of type {schema.Type}: \"{TypeOf(value)}\"", "FieldValueTypeInvalid"));
            return;
        }
        switch (value)
        {
            case JsonObject map:
                CheckMap(map, schema, path, causes);
                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                    Check(items[i], schema.Items, $"{path}[{i}]", causes);
                break;
            case JsonValue scalar when TypeOf(scalar) == "string":
                CheckText(scalar.GetValue<string>(), schema, path, causes);
                break;
        }
    }

    private static void CheckMap(JsonObject map, ObjectSchema schema, string path, List<StatusCause> causes)
    {
        causes.AddRange(schema.Required
            .Where(name => map[name] is null)
            .Select(name => new StatusCause("FieldValueRequired", "Required value", Join(path, name))));
        causes.AddRange(schema.Needs
            .Where(needs => map[needs.Key] is not null && map[needs.Value] is null)
            .Select(needs => Invalid(path, "object", $"{needs.Key} requires {needs.Value} to be set")));
        foreach (var (name, child) in map)
            Check(child, schema.Property(name), Join(path, name), causes);
    }

    private static void CheckText(string text, ObjectSchema schema, string path, List<StatusCause> causes)
    {
        if (text.Length < schema.MinLength)
            causes.Add(Invalid(path, text, $"should be at least {schema.MinLength} chars long"));
        if (schema.Pattern is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
            causes.Add(Invalid(path, text, $"should match '{pattern}'"));
        if (schema.Enum.Count > 0 && !schema.Enum.Contains(text))
            causes.Add(new StatusCause("FieldValueNotSupported", $"Unsupported value: \"{text}\": supported values: {string.Join(", ", schema.Enum.Select(e => $"\"{e}\""))}", path));
    }

    private static StatusCause Invalid(string path, JsonNode value, string problem, string reason = "FieldValueInvalid") =>
        new(reason, $"Invalid value: {value.ToText()}: {path} in body {problem}", path);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string TypeOf(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "integer",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
