using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Kubernetes;

namespace CentralAmp.Delivery;

/// <summary>What a running Prometheus says about its configuration. Null: it could not be asked.</summary>
/// <param name="HasEntry">Our entry, as desired, is in the configuration that it runs.</param>
/// <param name="ReloadSucceeded">The last attempt to load a configuration went well.</param>
public sealed record LoadedConfiguration(string Pod, bool? HasEntry, bool? ReloadSucceeded)
{
    public const string ConfigTarget = "/api/v1/status/config";
    public const string MetricsTarget = "/metrics";

    private const string ReloadMetric = "prometheus_config_last_reload_successful ";

    public static LoadedConfiguration Read(string pod, ProxyAnswer config, ProxyAnswer metrics, JsonObject entry) => new(
        pod,
        config.Status == 200 && Yaml(config.Body) is { } yaml ? Has(yaml, entry) : null,
        metrics.Status == 200 ? ReloadOf(metrics.Body) : null);

    /// <summary>
    /// Every text of the entry is there, each as a value of its own. Prometheus prints its configuration with keys and order of
    /// its own, so the name, the address and every label value tell ours (and this version of it) well enough.
    /// </summary>
    private static bool Has(string yaml, JsonObject entry)
    {
        var values = yaml.Split('\n')
            .Select(line => line.TrimStart(' ', '-'))
            .Select(line => line.Split(": ", 2))
            .Where(pair => pair.Length == 2)
            .Select(pair => (Key: pair[0], Value: pair[1].Trim().Trim('"', '\'')))
            .ToHashSet();
        return Expected(entry).All(values.Contains);
    }

    private static IEnumerable<(string Key, string Value)> Expected(JsonObject entry) =>
    [
        ("name", entry["name"]!.ToString()),
        ("url", entry["url"]!.ToString()),
        .. entry["writeRelabelConfigs"]!.AsArray()
            .Where(rule => rule!["sourceLabels"] is null && rule["replacement"] is not null)
            .Select(rule => ("replacement", rule!["replacement"]!.ToString())),
    ];

    private static string? Yaml(string body)
    {
        try
        {
            return JsonNode.Parse(body)?["data"]?["yaml"] is JsonValue value && value.TryGetValue<string>(out var yaml) ? yaml : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool? ReloadOf(string metrics) => metrics.Split('\n')
        .Where(line => line.StartsWith(ReloadMetric, StringComparison.Ordinal))
        .Select(line => (bool?)(line[ReloadMetric.Length..].Trim() == "1"))
        .FirstOrDefault();
}
