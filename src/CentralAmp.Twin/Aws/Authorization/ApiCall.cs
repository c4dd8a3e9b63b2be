using System.Text.Json.Nodes;

namespace CentralAmp.Twin.Aws.Authorization;

/// <summary>A request in the service's terms: operation and parameters, independent of the protocol.</summary>
/// <param name="Operation">Null if the twin does not know the operation behind the path.</param>
/// <param name="Parameters">JSON body, form fields (still flattened: <c>Tags.member.1.Key</c>), path labels and query values.</param>
public sealed record ApiCall(string Service, string? Operation, string AccountId, string Region, JsonObject Parameters)
{
    public string? Text(string name) =>
        Parameters[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <exception cref="AwsException">The parameter is missing.</exception>
    public string Required(string name) =>
        Text(name) ?? throw new AwsException(400, "ValidationException", $"1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null", "ValidationError");

    /// <summary>Tags in any of AWS's shapes: a map, a list of Key and Value, or a flattened list.</summary>
    public IReadOnlyDictionary<string, string> Tags(string name) => Parameters[name] switch
    {
        JsonObject map => map.ToDictionary(tag => tag.Key, tag => tag.Value?.GetValue<string>() ?? ""),
        JsonArray list => list.OfType<JsonObject>().ToDictionary(tag => Value(tag, "Key"), tag => Value(tag, "Value")),
        _ => Flattened(name).Where(entry => entry.Key.EndsWith(".Key", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Value, entry => Text(entry.Key[..^"Key".Length] + "Value") ?? ""),
    };

    /// <summary>A list of strings, plain or flattened.</summary>
    public IReadOnlyList<string> Strings(string name) => Parameters[name] is JsonArray list
        ? [.. list.Select(item => item!.GetValue<string>())]
        : [.. Flattened(name).Select(entry => entry.Value)];

    private IEnumerable<KeyValuePair<string, string>> Flattened(string name) => Parameters
        .Where(field => field.Key.StartsWith(name + ".member.", StringComparison.Ordinal))
        .Select(field => KeyValuePair.Create(field.Key, field.Value!.GetValue<string>()));

    private static string Value(JsonObject tag, string name) =>
        (tag[name] ?? tag[name.ToLowerInvariant()])?.GetValue<string>() ?? "";
}
