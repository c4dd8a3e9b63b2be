using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CentralAmp.Twin.Clusters.Objects;

/// <summary>Reading Kubernetes objects as JSON.</summary>
public static class JsonObjects
{
    internal static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The value at a path of field names, null if any part is absent.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            node = (node as JsonObject)?[name];
        return node;
    }

    /// <summary>The text at a path, null if absent or no text.</summary>
    public static string? TextAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static long? NumberAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? long.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)
            : null;

    public static IEnumerable<JsonObject> ObjectsAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray items ? items.OfType<JsonObject>() : [];

    public static IReadOnlyList<string> TextsAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray items ? [.. items.Select(i => i!.GetValue<string>())] : [];

    public static string Name(this JsonObject item) => item.TextAt("metadata", "name") ?? "";

    public static string Namespace(this JsonObject item) => item.TextAt("metadata", "namespace") ?? "";

    public static string Uid(this JsonObject item) => item.TextAt("metadata", "uid") ?? "";

    /// <summary>The metadata object, made if it is not there.</summary>
    public static JsonObject Metadata(this JsonObject item) => item.Child("metadata");

    /// <summary>The object in this field, made if it is not there.</summary>
    public static JsonObject Child(this JsonObject item, string name)
    {
        if (item[name] is not JsonObject child)
            item[name] = child = [];
        return child;
    }

    public static JsonObject Copy(this JsonObject item) => (JsonObject)item.DeepClone();

    public static string ToText(this JsonNode node) => node.ToJsonString(Plain);
}
