using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Kubernetes;

namespace CentralAmp.Collectors;

/// <summary>The loaded configuration of a running Prometheus. Null: it could not be read.</summary>
/// <param name="HasName">The configuration contains an entry with CentralAmp's name, of any version.</param>
/// <param name="HasEntry">The configuration contains CentralAmp's entry as desired.</param>
/// <param name="ReloadSucceeded">The last attempt to load a configuration succeeded.</param>
public sealed record LoadedConfiguration(string Pod, bool? HasName, bool? HasEntry, bool? ReloadSucceeded)
{
    public const string ConfigTarget = "/api/v1/status/config";
    public const string MetricsTarget = "/metrics";

    private const string ReloadMetric = "prometheus_config_last_reload_successful ";

    /// <param name="config">The answer to <see cref="ConfigTarget"/>.</param>
    /// <param name="metrics">The answer to <see cref="MetricsTarget"/>.</param>
    /// <param name="entry">The desired entry, with the operator's field names.</param>
    public static LoadedConfiguration Read(string pod, ProxyAnswer config, ProxyAnswer metrics, JsonObject entry)
    {
        var lines = config.Status == 200 && Yaml(config.Body) is { } yaml ? Lines(yaml) : null;
        return new LoadedConfiguration(
            pod,
            lines?.Contains(("name", ManagedNames.EntryName)),
            lines is null ? null : Expected(entry).All(lines.Contains),
            metrics.Status == 200 ? ReloadOf(metrics.Body) : null);
    }

    private static HashSet<(string Key, string Value)> Lines(string yaml) =>
    [
        .. yaml.Split('\n')
            .Select(line => line.TrimStart(' ', '-').Split(": ", 2))
            .Where(pair => pair.Length == 2)
            .Select(pair => (pair[0], pair[1].Trim().Trim('"', '\''))),
    ];

    /// <summary>
    /// Prometheus prints its configuration with other keys and another order. The name, the address, the role, every label value and the
    /// profile, each as a separate value, identify CentralAmp's entry and its version.
    /// </summary>
    private static IEnumerable<(string Key, string Value)> Expected(JsonObject entry) =>
    [
        ("name", entry["name"]!.ToString()),
        ("url", entry["url"]!.ToString()),
        .. entry["sigv4"]!["roleArn"] is { } role ? ((string, string)[])[("role_arn", role.ToString())] : [],
        .. entry["writeRelabelConfigs"]!.AsArray()
            .Where(rule => rule!["sourceLabels"] is null && rule["replacement"] is not null)
            .Select(rule => ("replacement", rule!["replacement"]!.ToString())),
        .. entry["writeRelabelConfigs"]!.AsArray()
            .Where(rule => rule!["action"]?.ToString() == "keep")
            .Select(rule => ("regex", rule!["regex"]!.ToString())),
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
