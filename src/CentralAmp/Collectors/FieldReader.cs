using System.Text.Json;
using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>Reads fields of a resource whose schema CentralAmp does not control, and keeps the first error.</summary>
internal sealed class FieldReader(JsonObject resource)
{
    /// <summary>Sentence about the first invalid field; null if all fields are valid.</summary>
    public string? FirstError { get; private set; }

    public string Text(string fallback, params ReadOnlySpan<string> path) =>
        Read(path, "a string", fallback, static node => node.GetValue<string>(), JsonValueKind.String);

    public int Number(int fallback, params ReadOnlySpan<string> path) =>
        Read(path, "a whole number", fallback, static node => node.GetValue<int>(), JsonValueKind.Number);

    public bool Flag(params ReadOnlySpan<string> path) =>
        Read(path, "true or false", false, static node => node.GetValue<bool>(), JsonValueKind.True, JsonValueKind.False);

    public JsonObject? Object(params ReadOnlySpan<string> path) => Read(path, "an object", null, static node => node.AsObject(), JsonValueKind.Object);

    public JsonArray? List(params ReadOnlySpan<string> path) => Read(path, "a list", null, static node => node.AsArray(), JsonValueKind.Array);

    /// <summary>A map of strings, empty if absent.</summary>
    public IReadOnlyDictionary<string, string> Strings(params ReadOnlySpan<string> path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, _) in Object(path) ?? [])
        {
            values[key] = Text("", [.. path, key]);
        }

        return values;
    }

    /// <summary>A text that must not be absent or empty.</summary>
    public string Required(params ReadOnlySpan<string> path)
    {
        var text = Text("", path);
        if (text.Length == 0)
        {
            FirstError ??= $"{string.Join('.', path!)} is missing";
        }

        return text;
    }

    public void ReportError(string sentence) => FirstError ??= sentence;

    private T Read<T>(ReadOnlySpan<string> path, string expected, T fallback, Func<JsonNode, T> read, params ReadOnlySpan<JsonValueKind> kinds)
    {
        JsonNode? node = resource;
        for (var i = 0; i < path.Length && node is not null; i++)
        {
            if (node is not JsonObject parent)
            {
                FirstError ??= $"{string.Join('.', path[..i]!)} is not an object";
                return fallback;
            }

            node = parent[path[i]];
        }

        if (node is null)
        {
            return fallback;
        }

        try
        {
            if (kinds.Contains(node.GetValueKind()))
            {
                return read(node);
            }
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or OverflowException)
        {
            // A number, but not a whole one: reported below.
        }

        FirstError ??= $"{string.Join('.', path!)} is not {expected}";
        return fallback;
    }
}
