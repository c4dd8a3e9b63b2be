using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>
/// One monitor as scrape configurations, as prometheus-operator's promcfg makes them: Prometheus discovers the targets itself. The
/// twin refuses fields that it does not translate, instead of ignoring them.
/// </summary>
internal static class MonitorJobs
{
    private const string Token = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    private static readonly string[] Endpoint = ["port", "path", "scheme", "bearerTokenFile", "tlsConfig"];

    /// <exception cref="ConfigurationRefusedException">It has a field that is not translated, or is of a kind that is not.</exception>
    public static IEnumerable<JsonObject> Of(ResourceKind kind, JsonObject monitor) => kind switch
    {
        _ when kind == ResourceKind.ServiceMonitor => Jobs(kind, monitor, "endpoints", "endpoints", "service", [("service_name", "service"), ("pod_name", "pod"), ("endpoint_port_name", "endpoint"), ("service_name", "job")]),
        _ when kind == ResourceKind.PodMonitor => Jobs(kind, monitor, "podMetricsEndpoints", "pod", "pod", [("pod_container_name", "container"), ("pod_name", "pod"), ("pod_container_port_name", "endpoint")]),
        _ => throw Refused(kind, monitor, "the twin's operator does not translate this kind"),
    };

    public static JsonObject Secured(JsonObject job)
    {
        job["scheme"] = "https";
        job["authorization"] = new JsonObject { ["credentials_file"] = Token };
        job["tls_config"] = new JsonObject { ["insecure_skip_verify"] = true };
        return job;
    }

    private static IEnumerable<JsonObject> Jobs(ResourceKind kind, JsonObject monitor, string field, string role, string subject, (string Source, string Target)[] labels)
    {
        if (monitor.At("spec", "selector", "matchExpressions") is not null)
            throw Refused(kind, monitor, "spec.selector.matchExpressions is not translated by the twin's operator");
        var port = role == "pod" ? "pod_container_port_name" : "endpoint_port_name";
        foreach (var (index, endpoint) in monitor.ObjectsAt("spec", field).Index())
        {
            if (endpoint.Select(part => part.Key).Except(Endpoint).FirstOrDefault() is { } unknown)
                throw Refused(kind, monitor, string.Create(CultureInfo.InvariantCulture, $"spec.{field}[{index}].{unknown} is not translated by the twin's operator"));
            var relabel = new JsonArray([.. Kept(monitor, endpoint, subject, port), Renamed("namespace", "namespace"), .. labels.Select(label => Renamed(label.Source, label.Target))]);
            // promcfg names the job of a PodMonitor after the monitor.
            if (kind == ResourceKind.PodMonitor)
                relabel.Add(new JsonObject { ["target_label"] = "job", ["replacement"] = $"{monitor.Namespace()}/{monitor.Name()}" });
            var job = new JsonObject
            {
                ["job_name"] = string.Create(CultureInfo.InvariantCulture, $"{char.ToLowerInvariant(kind.Kind[0])}{kind.Kind[1..]}/{monitor.Namespace()}/{monitor.Name()}/{index}"),
                ["metrics_path"] = endpoint.TextAt("path") ?? "/metrics",
                ["scheme"] = endpoint.TextAt("scheme") ?? "http",
                ["kubernetes_sd_configs"] = new JsonArray(Discovery(role, monitor)),
                ["relabel_configs"] = relabel,
            };
            yield return endpoint.TextAt("bearerTokenFile") is null ? job : Secured(job);
        }
    }

    private static JsonObject Discovery(string role, JsonObject monitor)
    {
        var discovery = new JsonObject { ["role"] = role };
        if (monitor.At("spec", "namespaceSelector", "any") is JsonValue any && any.GetValue<bool>())
            return discovery;
        var namespaces = monitor.TextsAt("spec", "namespaceSelector", "matchNames") is { Count: > 0 } given ? given : [monitor.Namespace()];
        discovery["namespaces"] = new JsonObject { ["names"] = new JsonArray([.. namespaces.Select(name => JsonValue.Create(name))]) };
        return discovery;
    }

    private static IEnumerable<JsonObject> Kept(JsonObject monitor, JsonObject endpoint, string subject, string port)
    {
        foreach (var (name, value) in monitor.At("spec", "selector", "matchLabels") as JsonObject ?? [])
            yield return Keep($"{subject}_label_{LabelOf(name)}", value!.GetValue<string>());
        if (endpoint.TextAt("port") is { } portName)
            yield return Keep(port, portName);
    }

    private static JsonObject Keep(string label, string value) => new()
    {
        ["source_labels"] = new JsonArray($"__meta_kubernetes_{label}"),
        ["regex"] = Regex.Escape(value),
        ["action"] = "keep",
    };

    private static JsonObject Renamed(string source, string target) => new()
    {
        ["source_labels"] = new JsonArray($"__meta_kubernetes_{source}"),
        ["target_label"] = target,
    };

    private static string LabelOf(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static ConfigurationRefusedException Refused(ResourceKind kind, JsonObject monitor, string why) => new($"{kind.Kind} {monitor.Namespace()}/{monitor.Name()}: {why}");
}
