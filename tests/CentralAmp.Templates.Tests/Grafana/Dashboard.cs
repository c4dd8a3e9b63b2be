using System.Text.Json.Nodes;

namespace CentralAmp.Templates.Tests.Grafana;

/// <summary>A dashboard of src/Grafana/dashboards.</summary>
internal sealed class Dashboard
{
    private Dashboard(string path)
    {
        Name = Path.GetFileNameWithoutExtension(path);
        Json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
    }

    public static IReadOnlyList<Dashboard> All { get; } =
        [.. Directory.GetFiles(Repository.PathOf("src/Grafana/dashboards"), "*.json").Order(StringComparer.Ordinal).Select(path => new Dashboard(path))];

    public string Name { get; }

    public JsonObject Json { get; }

    public IReadOnlyList<JsonObject> Panels => [.. Json["panels"]!.AsArray().Select(panel => panel!.AsObject())];

    public IReadOnlyList<JsonObject> Variables => [.. Json["templating"]!["list"]!.AsArray().Select(variable => variable!.AsObject())];

    public static IEnumerable<JsonObject> Targets(JsonObject panel) => panel["targets"]!.AsArray().Select(target => target!.AsObject());

    public static string Kind(JsonObject target) => (string)target["datasource"]!["type"]!;

    /// <summary>All PromQL of the dashboard, each with its panel's title.</summary>
    public IEnumerable<(string Panel, string Query)> Queries =>
        from panel in Panels from target in Targets(panel) where Kind(target) == "prometheus" select ((string)panel["title"]!, (string)target["expr"]!);

    public IEnumerable<JsonObject> Metrics => Panels.SelectMany(Targets).Where(target => Kind(target) == "cloudwatch");
}
