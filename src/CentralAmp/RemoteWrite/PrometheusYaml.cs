using System.Text.Json.Nodes;

namespace CentralAmp.RemoteWrite;

/// <summary>Converts CentralAmp's entry from the operator's field names to those of prometheus.yml.</summary>
public static class PrometheusYaml
{
    /// <summary>The operator's name of each field that the entry may have, and Prometheus' name.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["name"] = "name",
        ["url"] = "url",
        ["proxyFromEnvironment"] = "proxy_from_environment",
        ["sigv4"] = "sigv4",
        ["region"] = "region",
        ["roleArn"] = "role_arn",
        ["queueConfig"] = "queue_config",
        ["capacity"] = "capacity",
        ["maxSamplesPerSend"] = "max_samples_per_send",
        ["maxShards"] = "max_shards",
        ["writeRelabelConfigs"] = "write_relabel_configs",
        ["action"] = "action",
        ["sourceLabels"] = "source_labels",
        ["separator"] = "separator",
        ["regex"] = "regex",
        ["targetLabel"] = "target_label",
        ["replacement"] = "replacement",
    };

    /// <exception cref="KeyNotFoundException">The entry has a field that this table lacks: a bug.</exception>
    public static JsonObject OfEntry(JsonObject entry) =>
        new(entry.Select(member => KeyValuePair.Create(Names[member.Key], Of(member.Value))));

    private static JsonNode? Of(JsonNode? value) => value switch
    {
        null => null,
        JsonObject nested => OfEntry(nested),
        JsonArray list => new JsonArray([.. list.Select(Of)]),
        _ => value.DeepClone(),
    };
}
