using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>JSON patch (RFC 6902) and JSON merge patch (RFC 7386).</summary>
internal static class Patches
{
    public static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var result = target is JsonObject map ? map.Copy() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
                result.Remove(name);
            else
                result[name] = Merge(result[name], value);
        }
        return result;
    }

    /// <exception cref="StatusException">422 for an operation that cannot be done, a failing test among them.</exception>
    public static JsonObject Apply(JsonObject target, byte[] patch)
    {
        try
        {
            JsonNode? result = target.Copy();
            foreach (var operation in (JsonArray)JsonNode.Parse(patch)!)
                result = Apply(result, (JsonObject)operation!);
            return result as JsonObject ?? throw StatusException.PatchRejected();
        }
        catch (Exception exception) when (exception is JsonException or InvalidCastException or FormatException or ArgumentOutOfRangeException)
        {
            throw StatusException.PatchRejected();
        }
    }

    private static JsonNode? Apply(JsonNode? document, JsonObject operation)
    {
        var path = operation.TextAt("path") ?? throw StatusException.PatchRejected();
        var value = operation["value"];
        switch (operation.TextAt("op"))
        {
            case "test":
                return JsonNode.DeepEquals(Get(document, path), value) ? document : throw StatusException.PatchRejected();
            case "add":
                return Put(document, path, value, replaces: false);
            case "replace":
                return Put(document, path, value, replaces: true);
            case "remove":
                return Remove(document, path);
            case "move":
                var moved = Get(document, From(operation))?.DeepClone();
                return Put(Remove(document, From(operation)), path, moved, replaces: false);
            case "copy":
                return Put(document, path, Get(document, From(operation)), replaces: false);
            default:
                throw StatusException.PatchRejected();
        }
    }

    private static string From(JsonObject operation) => operation.TextAt("from") ?? throw StatusException.PatchRejected();

    private static JsonNode? Get(JsonNode? document, string path)
    {
        foreach (var token in Tokens(path))
        {
            document = document switch
            {
                JsonObject map when map.ContainsKey(token) => map[token],
                JsonArray items => items[Index(token)],
                _ => throw StatusException.PatchRejected(),
            };
        }
        return document;
    }

    private static JsonNode? Put(JsonNode? document, string path, JsonNode? value, bool replaces)
    {
        if (path.Length == 0)
            return value?.DeepClone();
        var (parent, last) = Parent(document, path);
        switch (parent)
        {
            case JsonObject map when !replaces || map.ContainsKey(last):
                map[last] = value?.DeepClone();
                break;
            case JsonArray items when replaces:
                items[Index(last)] = value?.DeepClone();
                break;
            case JsonArray items when last == "-":
                items.Add(value?.DeepClone());
                break;
            case JsonArray items:
                items.Insert(Index(last), value?.DeepClone());
                break;
            default:
                throw StatusException.PatchRejected();
        }
        return document;
    }

    private static JsonNode? Remove(JsonNode? document, string path)
    {
        var (parent, last) = Parent(document, path);
        if (parent is JsonArray items)
            items.RemoveAt(Index(last));
        else if (parent is not JsonObject map || !map.Remove(last))
            throw StatusException.PatchRejected();
        return document;
    }

    private static (JsonNode? Parent, string Last) Parent(JsonNode? document, string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? throw StatusException.PatchRejected() : (Get(document, path[..slash]), Tokens(path[slash..]).Single());
    }

    private static IEnumerable<string> Tokens(string path) => path.Split('/').Skip(1)
        .Select(token => token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    private static int Index(string token) => int.Parse(token, NumberStyles.None, CultureInfo.InvariantCulture);
}
