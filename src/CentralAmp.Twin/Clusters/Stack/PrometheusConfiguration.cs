using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>A Prometheus resource that the operator does not accept; the message becomes the one of its Reconciled condition.</summary>
public sealed class ConfigurationRefusedException(string message) : Exception(message);

/// <summary>
/// Generates the configuration of Prometheus from its resource, as prometheus-operator's promcfg does. The twin refuses
/// fields that it does not translate, instead of ignoring them.
/// </summary>
public static class PrometheusConfiguration
{
    /// <summary>Replaced in each pod by its name; the config-reloader does that.</summary>
    public const string PodName = "$(POD_NAME)";

    /// <summary>Replaced in each pod by the number of its shard.</summary>
    public const string Shard = "$(SHARD)";

    // Only one way to authenticate may be set (prometheus-operator, validateRemoteWriteSpec).
    private static readonly string[] Authentications = ["basicAuth", "oauth2", "authorization", "sigv4", "azureAd", "googleIAM", "bearerToken", "bearerTokenFile"];

    private static readonly Translation RemoteWrite = new(
        ("url", "url"), ("name", "name"), ("remoteTimeout", "remote_timeout"), ("headers", "headers"),
        ("sendExemplars", "send_exemplars"), ("sendNativeHistograms", "send_native_histograms"),
        ("proxyUrl", "proxy_url"), ("noProxy", "no_proxy"), ("proxyFromEnvironment", "proxy_from_environment"),
        ("followRedirects", "follow_redirects"), ("enableHTTP2", "enable_http2"))
    {
        Since = { ["roundRobinDNS"] = ("round_robin_dns", new Version(3, 1, 0)) },
    };

    private static readonly Translation SigV4 = new(("region", "region"), ("profile", "profile"), ("roleArn", "role_arn"))
    {
        Since =
        {
            ["useFIPSSTSEndpoint"] = ("use_fips_sts_endpoint", new Version(2, 54, 0)),
            ["externalId"] = ("external_id", new Version(3, 11, 0)),
        },
    };

    private static readonly Translation Queue = new(
        ("capacity", "capacity"), ("minShards", "min_shards"), ("maxShards", "max_shards"), ("maxSamplesPerSend", "max_samples_per_send"),
        ("batchSendDeadline", "batch_send_deadline"), ("minBackoff", "min_backoff"), ("maxBackoff", "max_backoff"),
        ("retryOnRateLimit", "retry_on_http_429"), ("sampleAgeLimit", "sample_age_limit"))
    {
        // Prometheus dropped max_retries in 2.11; the operator leaves it out since.
        Ignored = ["maxRetries"],
    };

    private static readonly Translation Metadata = new(("send", "send"), ("sendInterval", "send_interval"), ("maxSamplesPerSend", "max_samples_per_send"));

    private static readonly Translation Relabel = new(
        ("sourceLabels", "source_labels"), ("separator", "separator"), ("targetLabel", "target_label"), ("regex", "regex"),
        ("modulus", "modulus"), ("replacement", "replacement"), ("action", "action"));

    /// <param name="resource">A Prometheus or PrometheusAgent.</param>
    /// <param name="version">Of the Prometheus that will read it; older ones get fewer fields.</param>
    /// <param name="scrapeConfigs">What the selected monitors come down to.</param>
    /// <exception cref="ConfigurationRefusedException">The operator would not reconcile this, or the twin cannot.</exception>
    public static JsonObject Generate(JsonObject resource, Version version, JsonArray scrapeConfigs)
    {
        var spec = resource.At("spec") as JsonObject ?? [];
        var global = new JsonObject
        {
            ["scrape_interval"] = spec.TextAt("scrapeInterval") ?? "30s",
            ["evaluation_interval"] = spec.TextAt("evaluationInterval") ?? "30s",
            ["external_labels"] = ExternalLabels(resource, spec),
        };
        if (spec.TextAt("scrapeTimeout") is { } timeout)
            global["scrape_timeout"] = timeout;
        // An agent evaluates nothing.
        if (resource.TextAt("kind") == ResourceKind.PrometheusAgent.Kind)
            global.Remove("evaluation_interval");
        var jobs = (JsonArray)scrapeConfigs.DeepClone();
        if (spec.NumberAt("shards") is > 1 and var shards)
            Share(jobs, shards);
        var configuration = new JsonObject { ["global"] = global, ["scrape_configs"] = jobs };
        if (spec["remoteWrite"] is JsonArray { Count: > 0 } entries)
            configuration["remote_write"] = new JsonArray([.. entries.Select((entry, i) => Entry((JsonObject)entry!, $"spec.remoteWrite[{i}]", version))]);
        return configuration;
    }

    // Each shard keeps the targets whose address falls to it (promcfg, addressShardingRelabelConfig).
    private static void Share(JsonArray jobs, long shards)
    {
        foreach (var job in jobs.OfType<JsonObject>())
        {
            job["relabel_configs"] ??= new JsonArray();
            var relabel = (JsonArray)job["relabel_configs"]!;
            relabel.Add(new JsonObject { ["source_labels"] = new JsonArray("__address__"), ["target_label"] = "__tmp_hash", ["modulus"] = shards, ["action"] = "hashmod" });
            relabel.Add(new JsonObject { ["source_labels"] = new JsonArray("__tmp_hash"), ["regex"] = Shard, ["action"] = "keep" });
        }
    }

    private static JsonObject ExternalLabels(JsonObject resource, JsonObject spec)
    {
        var labels = spec["externalLabels"] is JsonObject given ? given.Copy() : [];
        // Both names beat a label given under the same name; an empty name takes the label away.
        if ((spec.TextAt("prometheusExternalLabelName") ?? "prometheus") is { Length: > 0 } prometheus)
            labels[prometheus] = $"{resource.Namespace()}/{resource.Name()}";
        if ((spec.TextAt("replicaExternalLabelName") ?? "prometheus_replica") is { Length: > 0 } replica)
            labels[replica] = PodName;
        return labels;
    }

    private static JsonObject Entry(JsonObject entry, string path, Version version)
    {
        var set = Authentications.Where(entry.ContainsKey).ToList();
        if (set.Count > 1)
            throw new ConfigurationRefusedException($"{path}: {string.Join(" and ", set)} cannot be set at the same time, at most one must be defined");

        var nested = new Dictionary<string, Action<JsonObject, JsonNode>>
        {
            ["sigv4"] = (into, value) => into["sigv4"] = SigV4.Apply((JsonObject)value, $"{path}.sigv4", version),
            ["queueConfig"] = (into, value) => into["queue_config"] = Queue.Apply((JsonObject)value, $"{path}.queueConfig", version),
            ["metadataConfig"] = (into, value) => into["metadata_config"] = Metadata.Apply((JsonObject)value, $"{path}.metadataConfig", version),
            ["writeRelabelConfigs"] = (into, value) => into["write_relabel_configs"] = Relabels((JsonArray)value, $"{path}.writeRelabelConfigs", version),
            ["messageVersion"] = (into, value) =>
            {
                if (version >= new Version(2, 54, 0))
                    into["protobuf_message"] = value.GetValue<string>() == "V2.0" ? "io.prometheus.write.v2.Request" : "prometheus.WriteRequest";
            },
        };
        return RemoteWrite.Apply(entry, path, version, nested);
    }

    private static JsonArray Relabels(JsonArray rules, string path, Version version) =>
        [.. rules.Select((rule, i) =>
        {
            var relabel = Relabel.Apply((JsonObject)rule!, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), version);
            if (relabel.TextAt("action") is { } action)
                relabel["action"] = action.ToLowerInvariant();
            return relabel;
        })];

    /// <summary>Names of fields in the resource and in the configuration.</summary>
    private sealed class Translation(params (string Field, string Key)[] names)
    {
        private readonly Dictionary<string, string> keys = names.ToDictionary(n => n.Field, n => n.Key);

        /// <summary>Fields that are left out for a Prometheus older than this.</summary>
        public Dictionary<string, (string Key, Version Since)> Since { get; } = [];

        public string[] Ignored { get; init; } = [];

        public JsonObject Apply(JsonObject from, string path, Version version, Dictionary<string, Action<JsonObject, JsonNode>>? nested = null)
        {
            var into = new JsonObject();
            foreach (var (field, value) in from.Where(f => f.Value is not null))
            {
                if (keys.TryGetValue(field, out var key))
                    into[key] = value!.DeepClone();
                else if (nested?.GetValueOrDefault(field) is { } translate)
                    translate(into, value!);
                else if (Since.TryGetValue(field, out var newer))
                    AddSince(into, newer, value!, version);
                else if (!Ignored.Contains(field))
                    throw new ConfigurationRefusedException($"{path}.{field}: the twin's operator does not translate this field");
            }
            return into;
        }

        private static void AddSince(JsonObject into, (string Key, Version Since) newer, JsonNode value, Version version)
        {
            if (version >= newer.Since)
                into[newer.Key] = value.DeepClone();
        }
    }
}
