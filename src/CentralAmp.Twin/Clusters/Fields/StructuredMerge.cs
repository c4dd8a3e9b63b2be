using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Fields;

/// <summary>
/// The operations of structured-merge-diff: the fields of an object, the differences of two objects, the merge of two objects, and
/// the removal of fields. The schema defines which parts are granular and which are owned as one piece.
/// </summary>
public static class StructuredMerge
{
    /// <summary>All fields that the value sets: scalars, atomic pieces, empty maps, items of granular lists.</summary>
    public static FieldSet Fields(JsonNode? value, ObjectSchema schema)
    {
        var fields = new FieldSet();
        Collect(value, schema, fields);
        return fields;
    }

    /// <summary>Fields of <paramref name="after"/> that are new or differ from <paramref name="before"/>.</summary>
    public static FieldSet Changed(JsonNode? before, JsonNode? after, ObjectSchema schema)
    {
        var changed = new FieldSet();
        CollectChanged(before, after, schema, changed);
        return changed;
    }

    /// <summary>Merges the applied value into the live one; removes nothing.</summary>
    public static JsonNode? Merge(JsonNode? live, JsonNode? applied, ObjectSchema schema)
    {
        if (IsGranularMap(live, schema) && applied is JsonObject over)
        {
            var result = ((JsonObject)live!).Copy();
            foreach (var (name, value) in over)
                result[name] = result.ContainsKey(name) ? Merge(result[name], value, schema.Property(name)) : value?.DeepClone();
            return result;
        }
        return IsGranularList(live, schema) && applied is JsonArray items
            ? MergeList((JsonArray)live!, items, schema)
            : applied?.DeepClone();
    }

    /// <summary>Removes the fields, and a map or list that becomes empty.</summary>
    public static void Remove(JsonNode value, FieldSet fields, ObjectSchema schema)
    {
        foreach (var (element, below) in fields.Children)
        {
            if (value is JsonObject map && element.StartsWith("f:", StringComparison.Ordinal))
                RemoveFrom(map, element[2..], below, schema.Property(element[2..]));
            else if (value is JsonArray list)
                RemoveFrom(list, element, below, schema);
        }
    }

    private static void RemoveFrom(JsonObject map, string name, FieldSet below, ObjectSchema schema)
    {
        if (map[name] is { } child)
            Remove(child, below, schema);
        if (below.Member || map[name] is JsonObject { Count: 0 } or JsonArray { Count: 0 })
            map.Remove(name);
    }

    private static void RemoveFrom(JsonArray list, string element, FieldSet below, ObjectSchema schema)
    {
        if (list.FirstOrDefault(i => ElementOf(i, schema) == element) is not { } item)
            return;
        if (below.Member)
            list.Remove(item);
        else
            Remove(item, below, schema.Items);
    }

    private static JsonArray MergeList(JsonArray live, JsonArray applied, ObjectSchema schema)
    {
        var result = (JsonArray)live.DeepClone();
        foreach (var item in applied)
        {
            var element = ElementOf(item, schema);
            var index = result.ToList().FindIndex(i => ElementOf(i, schema) == element);
            if (index < 0)
                result.Add(item?.DeepClone());
            else
                result[index] = Merge(result[index], item, schema.Items);
        }
        return result;
    }

    private static void Collect(JsonNode? value, ObjectSchema schema, FieldSet fields)
    {
        if (IsGranularMap(value, schema))
        {
            foreach (var (name, child) in (JsonObject)value!)
            {
                var below = fields.Below("f:" + name);
                Collect(child, schema.Property(name), below);
                // A key of a free map is a thing of its own; a declared field is only its content, unless it has none.
                if (child is null or JsonObject { Count: 0 } or JsonArray { Count: 0 } || !schema.Properties.ContainsKey(name))
                    below.Member = true;
            }
        }
        else if (IsGranularList(value, schema))
        {
            foreach (var item in (JsonArray)value!)
            {
                var below = fields.Below(ElementOf(item, schema));
                below.Member = true;
                if (schema.ListMerge == ListMerge.Map)
                    Collect(item, schema.Items, below);
            }
        }
        else
        {
            fields.Member = true;
        }
    }

    private static void CollectChanged(JsonNode? before, JsonNode? after, ObjectSchema schema, FieldSet changed)
    {
        if (IsGranularMap(before, schema) && IsGranularMap(after, schema))
        {
            var old = (JsonObject)before!;
            foreach (var (name, value) in (JsonObject)after!)
            {
                if (!old.ContainsKey(name))
                    AddAll(value, schema.Property(name), changed.Below("f:" + name), isDeclared: schema.Properties.ContainsKey(name));
                else
                    CollectChanged(old[name], value, schema.Property(name), changed.Below("f:" + name));
            }
        }
        else if (IsGranularList(before, schema) && IsGranularList(after, schema))
        {
            CollectChangedItems((JsonArray)before!, (JsonArray)after!, schema, changed);
        }
        else if (!JsonNode.DeepEquals(before, after))
        {
            Collect(after, schema, changed);
        }
    }

    private static void CollectChangedItems(JsonArray before, JsonArray after, ObjectSchema schema, FieldSet changed)
    {
        foreach (var item in after)
        {
            var element = ElementOf(item, schema);
            var old = before.FirstOrDefault(i => ElementOf(i, schema) == element);
            if (old is null)
                AddAll(item, schema.ListMerge == ListMerge.Map ? schema.Items : ObjectSchema.Any, changed.Below(element), isDeclared: false);
            else if (schema.ListMerge == ListMerge.Map)
                CollectChanged(old, item, schema.Items, changed.Below(element));
        }
    }

    private static void AddAll(JsonNode? value, ObjectSchema schema, FieldSet fields, bool isDeclared)
    {
        Collect(value, schema, fields);
        if (!isDeclared || value is null or JsonObject { Count: 0 } or JsonArray { Count: 0 })
            fields.Member = true;
    }

    private static bool IsGranularMap(JsonNode? value, ObjectSchema schema) => value is JsonObject && !schema.AtomicMap;

    private static bool IsGranularList(JsonNode? value, ObjectSchema schema) =>
        value is JsonArray && schema.ListMerge != ListMerge.Atomic;

    private static string ElementOf(JsonNode? item, ObjectSchema schema)
    {
        if (schema.ListMerge == ListMerge.Set)
            return "v:" + item?.ToText();
        var keys = new JsonObject();
        foreach (var key in schema.ListMapKeys.Order(StringComparer.Ordinal))
        {
            // The one key that Kubernetes defaults before it compares.
            var value = item.At(key) ?? (key == "protocol" ? "TCP" : null);
            keys[key] = value?.DeepClone();
        }
        return "k:" + keys.ToText();
    }
}
