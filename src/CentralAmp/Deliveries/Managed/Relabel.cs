using System.Text.Json.Nodes;

namespace CentralAmp.Deliveries.Managed;

/// <summary>Relabelling rules in Prometheus' spelling.</summary>
internal static class Relabel
{
    public static JsonObject Keep(IReadOnlyList<string> sources, string regex) => Rule("keep", sources, regex);

    public static JsonObject Drop(IReadOnlyList<string> sources, string regex) => Rule("drop", sources, regex);

    public static JsonObject Replace(IReadOnlyList<string> sources, string regex, string target, string replacement)
    {
        var rule = Rule("replace", sources, regex);
        rule["target_label"] = target;
        rule["replacement"] = replacement;
        return rule;
    }

    public static JsonObject Set(string target, string value) => new() { ["target_label"] = target, ["replacement"] = value };

    public static IEnumerable<JsonNode> Copies(params (string Source, string Target)[] labels) => labels.Select(label =>
        new JsonObject { ["source_labels"] = new JsonArray(label.Source), ["target_label"] = label.Target });

    /// <summary>The annotations prometheus.io/scheme, /path and /param_x of a pod or service.</summary>
    public static IEnumerable<JsonNode> PathAndScheme(string meta) =>
    [
        Replace([$"{meta}_annotation_prometheus_io_scheme"], "(https?)", "__scheme__", "$1"),
        Replace([$"{meta}_annotation_prometheus_io_path"], "(.+)", "__metrics_path__", "$1"),
        new JsonObject { ["action"] = "labelmap", ["regex"] = $"{meta}_annotation_prometheus_io_param_(.+)", ["replacement"] = "__param_$1" },
    ];

    private static JsonObject Rule(string action, IReadOnlyList<string> sources, string regex) => new()
    {
        ["action"] = action,
        ["source_labels"] = new JsonArray([.. sources.Select(source => JsonValue.Create(source))]),
        ["regex"] = regex,
    };
}
