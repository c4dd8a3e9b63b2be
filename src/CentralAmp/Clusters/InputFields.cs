using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Reads fields of the input. Failures name a missing, null or wrongly typed field by its path.</summary>
internal static class InputFields
{
    private const string Accepted =
        "Give {\"clusterArn\": …}, {\"accountId\": …, \"region\": …, \"clusterName\": …}, or an EventBridge event of the cluster.";

    /// <summary>Null when absent or null; another type is an error.</summary>
    public static JsonElement? Object(JsonElement parent, string path) => Find(parent, path) is { } value
        ? value.ValueKind == JsonValueKind.Object ? value : throw WrongType(path, "an object", value)
        : null;

    public static JsonElement RequiredObject(JsonElement parent, string path) => Object(parent, path) ?? throw Missing(path);

    /// <summary>Null when absent or null; another type is an error.</summary>
    public static string? Text(JsonElement parent, string path) => Find(parent, path) is { } value
        ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw WrongType(path, "a string", value)
        : null;

    public static string RequiredText(JsonElement parent, string path) => Text(parent, path) ?? throw Missing(path);

    /// <exception cref="BlockedException">InputFieldMissing, or InputFieldInvalid if the check fails.</exception>
    public static string RequiredText(JsonElement parent, string path, Func<string, bool> check, string expected)
    {
        var value = RequiredText(parent, path);
        return check(value) ? value : throw Invalid($"The field '{path}' is '{Quote.Cut(value)}', which is not {expected}.");
    }

    public static bool Flag(JsonElement parent, string path) => Find(parent, path) is { } value
        ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw WrongType(path, "true or false", value)
        : false;

    /// <summary>A whole number; null when absent or null.</summary>
    public static long? Number(JsonElement parent, string path) => Find(parent, path) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw WrongType(path, "a whole number", value)
        : null;

    public static bool Has(JsonElement parent, string name) => parent.TryGetProperty(name, out _);

    public static BlockedException Missing(string path) => new(Causes.InputFieldMissing, $"The field '{path}' of the input is missing or null.", Accepted);

    public static BlockedException Invalid(string sentence) => new(Causes.InputFieldInvalid, sentence, Accepted);

    public static BlockedException NotUnderstood(string sentence) => new(Causes.InputNotUnderstood, sentence, Accepted);

    private static BlockedException WrongType(string path, string expected, JsonElement value) =>
        Invalid($"The field '{path}' is {Name(value.ValueKind)}, expected {expected}.");

    public static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null => "null",
        _ => "nothing",
    };

    /// <param name="path">The last segment is the name in the parent; the whole path is for the sentence.</param>
    private static JsonElement? Find(JsonElement parent, string path) =>
        parent.TryGetProperty(path[(path.LastIndexOf('.') + 1)..], out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
