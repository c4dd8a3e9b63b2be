using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>The properties of a ServiceMonitor that CentralAmp reads.</summary>
/// <param name="ReadsFiles">An endpoint sends a file of the collector's pod to its target, or uses one as a certificate.</param>
public sealed record ServiceMonitorResource(string Namespace, string Name, IReadOnlyDictionary<string, string> Labels, bool ReadsFiles)
{
    private static readonly string[] Files = ["caFile", "certFile", "keyFile"];

    public override string ToString() => $"'{Namespace}/{Name}'";

    /// <summary>Never fails: invalid fields count as absent.</summary>
    public static ServiceMonitorResource Read(JsonObject resource)
    {
        var fields = new FieldReader(resource);
        return new ServiceMonitorResource(
            fields.Text("", "metadata", "namespace"),
            fields.Text("", "metadata", "name"),
            fields.Strings("metadata", "labels"),
            (fields.List("spec", "endpoints") ?? []).OfType<JsonObject>().Any(ReadsFile));
    }

    private static bool ReadsFile(JsonObject endpoint) =>
        IsSet(endpoint["bearerTokenFile"]) || (endpoint["tlsConfig"] is JsonObject tls && Files.Any(file => IsSet(tls[file])));

    private static bool IsSet(JsonNode? node) => node is not null && node.ToString().Length > 0;
}

/// <summary>Label selectors of Kubernetes. Pure.</summary>
internal static class LabelSelector
{
    public static bool Matches(JsonObject selector, IReadOnlyDictionary<string, string> labels) =>
        (selector["matchLabels"] as JsonObject ?? []).All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value?.ToString())
        && (selector["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>().All(expression => Holds(expression, labels));

    private static bool Holds(JsonObject expression, IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(expression["key"]?.ToString() ?? "");
        var values = (expression["values"] as JsonArray ?? []).Select(each => each?.ToString());
        return expression["operator"]?.ToString() switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }
}
