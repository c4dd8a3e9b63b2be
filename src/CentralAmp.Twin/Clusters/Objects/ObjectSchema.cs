using System.Text.Json;

namespace CentralAmp.Twin.Clusters.Objects;

/// <summary>How a list is merged by server-side apply (x-kubernetes-list-type).</summary>
public enum ListMerge
{
    Atomic,
    Map,
    Set,
}

/// <summary>
/// The part of a structural OpenAPI schema that decides what a field may hold and who may own which part of it.
/// Where nothing is declared, Kubernetes deduces: maps are granular, lists are atomic.
/// </summary>
public sealed class ObjectSchema
{
    private readonly ObjectSchema? items;

    /// <summary>Undeclared content: every value is valid.</summary>
    public static ObjectSchema Any { get; } = new() { KeepsUnknown = true };

    /// <summary><c>object</c>, <c>array</c>, <c>string</c>, <c>integer</c>, <c>boolean</c>, or empty for any.</summary>
    public string Type { get; init; } = "";

    public IReadOnlyDictionary<string, ObjectSchema> Properties { get; init; } = new Dictionary<string, ObjectSchema>();

    /// <summary>Schema of the values of a map with free keys (additionalProperties).</summary>
    public ObjectSchema? Values { get; init; }

    public ObjectSchema Items
    {
        // Not an initializer: Any itself is one of these.
        get => items ?? Any;
        init => items = value;
    }

    public IReadOnlyList<string> Required { get; init; } = [];

    public IReadOnlyList<string> Enum { get; init; } = [];

    public string? Pattern { get; init; }

    public int MinLength { get; init; }

    /// <summary>Fields that require another field; the CRD has this as a CEL rule.</summary>
    public IReadOnlyDictionary<string, string> Needs { get; init; } = new Dictionary<string, string>();

    public ListMerge ListMerge { get; init; }

    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>Owned as one field though it is a map (x-kubernetes-map-type: atomic).</summary>
    public bool AtomicMap { get; init; }

    public bool KeepsUnknown { get; init; }

    public ObjectSchema Property(string name) => Properties.GetValueOrDefault(name) ?? Values ?? Any;

    public bool Declares(string name) => KeepsUnknown || Values is not null || Properties.ContainsKey(name);

    /// <summary>The same without a field; the path goes through lists as if they were their items.</summary>
    public ObjectSchema Without(params ReadOnlySpan<string> path)
    {
        if (Type == "array")
            return With(Properties, Items.Without(path));
        var properties = new Dictionary<string, ObjectSchema>(Properties);
        if (path is [var last])
            properties.Remove(last);
        else if (properties.TryGetValue(path[0], out var child))
            properties[path[0]] = child.Without(path[1..]);
        return With(properties, Items);
    }

    private ObjectSchema With(IReadOnlyDictionary<string, ObjectSchema> properties, ObjectSchema items) => new()
    {
        Type = Type,
        Properties = properties,
        Values = Values,
        Items = items,
        Required = Required,
        Enum = Enum,
        Pattern = Pattern,
        MinLength = MinLength,
        Needs = Needs,
        ListMerge = ListMerge,
        ListMapKeys = ListMapKeys,
        AtomicMap = AtomicMap,
        KeepsUnknown = KeepsUnknown,
    };

    /// <param name="definitions">Named schemas that <c>$ref</c> points to.</param>
    public static ObjectSchema Parse(JsonElement json, Func<string, ObjectSchema> definitions)
    {
        if (json.TryGetProperty("$ref", out var reference))
            return definitions(reference.GetString()!);

        var properties = ParseProperties(json, definitions);
        var values = json.TryGetProperty("additionalProperties", out var additional) ? Parse(additional, definitions) : null;
        var type = Text(json, "type") ?? "";
        return new ObjectSchema
        {
            Type = type,
            Properties = properties,
            Values = values,
            Items = json.TryGetProperty("items", out var items) ? Parse(items, definitions) : Any,
            Required = Texts(json, "required"),
            Enum = Texts(json, "enum"),
            Pattern = Text(json, "pattern"),
            MinLength = json.TryGetProperty("minLength", out var length) ? length.GetInt32() : 0,
            Needs = json.TryGetProperty("needs", out var needs)
                ? needs.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!)
                : new Dictionary<string, string>(),
            ListMerge = System.Enum.Parse<ListMerge>(Text(json, "listType") ?? nameof(ListMerge.Atomic), ignoreCase: true),
            ListMapKeys = Texts(json, "listMapKeys"),
            AtomicMap = Text(json, "mapType") == "atomic",
            // The twin does not validate an object without declared content.
            KeepsUnknown = (type is "" or "object") && properties.Count == 0 && values is null,
        };
    }

    private static Dictionary<string, ObjectSchema> ParseProperties(JsonElement json, Func<string, ObjectSchema> definitions)
    {
        var properties = new Dictionary<string, ObjectSchema>();
        if (json.TryGetProperty("properties", out var declared))
        {
            foreach (var property in declared.EnumerateObject())
                properties[property.Name] = Parse(property.Value, definitions);
        }
        foreach (var name in Texts(json, "opaque"))
            properties[name] = Any;
        return properties;
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string[] Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var values) ? [.. values.EnumerateArray().Select(v => v.GetString()!)] : [];
}
