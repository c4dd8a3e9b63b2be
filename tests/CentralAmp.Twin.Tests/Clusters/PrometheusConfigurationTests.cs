using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>What the operator makes of a Prometheus resource.</summary>
public sealed class PrometheusConfigurationTests
{
    private static readonly Version Old = new(2, 53, 3);

    [Fact]
    public void Every_field_of_an_entry_is_said_in_the_words_of_the_configuration()
    {
        var entry = Generate(
            """
            {"remoteWrite":[{
              "name":"central-amp","url":"https://x.example/write","remoteTimeout":"20s","proxyFromEnvironment":true,"headers":{"a":"b"},
              "sigv4":{"region":"us-east-1","roleArn":"arn:r"},
              "queueConfig":{"capacity":2500,"maxShards":200,"maxSamplesPerSend":1000,"batchSendDeadline":"1s","retryOnRateLimit":true,"maxRetries":3},
              "metadataConfig":{"send":true,"sendInterval":"1m"},
              "writeRelabelConfigs":[{"sourceLabels":["a","b"],"targetLabel":"c","regex":"(.*)","action":"Replace","replacement":"$1"},{"regex":"x","action":"LabelDrop"}]}]}
            """)["remote_write"]![0]!;

        Assert.Equal(
            """
            {"name":"central-amp","url":"https://x.example/write","remote_timeout":"20s","proxy_from_environment":true,"headers":{"a":"b"},
            "sigv4":{"region":"us-east-1","role_arn":"arn:r"},
            "queue_config":{"capacity":2500,"max_shards":200,"max_samples_per_send":1000,"batch_send_deadline":"1s","retry_on_http_429":true},
            "metadata_config":{"send":true,"send_interval":"1m"},
            "write_relabel_configs":[{"source_labels":["a","b"],"target_label":"c","regex":"(.*)","action":"replace","replacement":"$1"},{"regex":"x","action":"labeldrop"}]}
            """.ReplaceLineEndings(""),
            entry.ToText());
    }

    [Theory]
    [InlineData("{}", """{"prometheus":"monitoring/main","prometheus_replica":"$(POD_NAME)"}""")]
    [InlineData("""{"externalLabels":{"prometheus":"mine","team":"a"}}""", """{"prometheus":"monitoring/main","team":"a","prometheus_replica":"$(POD_NAME)"}""")]
    [InlineData("""{"replicaExternalLabelName":"__replica__","prometheusExternalLabelName":""}""", """{"__replica__":"$(POD_NAME)"}""")]
    [InlineData("""{"replicaExternalLabelName":""}""", """{"prometheus":"monitoring/main"}""")]
    public void The_operators_labels_beat_those_given_and_can_be_taken_away(string spec, string labels) =>
        Assert.Equal(labels, Generate(spec).At("global", "external_labels")!.ToText());

    [Fact]
    public void Fields_that_an_older_prometheus_does_not_know_are_left_out()
    {
        const string spec = """{"remoteWrite":[{"url":"https://x.example","messageVersion":"V2.0","sigv4":{"region":"r","roleArn":"arn:r","externalId":"abc","useFIPSSTSEndpoint":true}}]}""";

        Assert.Equal("""{"url":"https://x.example","sigv4":{"region":"r","role_arn":"arn:r"}}""", Generate(spec)["remote_write"]![0]!.ToText());
        Assert.Equal(
            """{"url":"https://x.example","protobuf_message":"io.prometheus.write.v2.Request","sigv4":{"region":"r","role_arn":"arn:r","external_id":"abc","use_fips_sts_endpoint":true}}""",
            Generate(spec, new Version(3, 11, 0))["remote_write"]![0]!.ToText());
    }

    [Theory]
    [InlineData("""{"remoteWrite":[{"url":"https://x.example","sigv4":{},"authorization":{}}]}""", "authorization and sigv4")]
    [InlineData("""{"remoteWrite":[{"url":"https://x.example","tlsConfig":{}}]}""", "spec.remoteWrite[0].tlsConfig")]
    [InlineData("""{"remoteWrite":[{"url":"https://x.example","sigv4":{"accessKey":{}}}]}""", "spec.remoteWrite[0].sigv4.accessKey")]
    public void What_cannot_be_translated_is_refused_by_name(string spec, string named) =>
        Assert.Contains(named, Assert.Throws<ConfigurationRefusedException>(() => Generate(spec)).Message, StringComparison.Ordinal);

    [Fact]
    public void Each_shard_keeps_the_targets_whose_address_falls_to_it()
    {
        var jobs = new JsonArray(new JsonObject { ["job_name"] = "a" });

        var relabel = PrometheusConfiguration.Generate(Resource("""{"shards":2}"""), Old, jobs)["scrape_configs"]![0]!["relabel_configs"]!.ToText();

        Assert.Contains("\"modulus\":2", relabel, StringComparison.Ordinal);
        Assert.Contains("\"regex\":\"$(SHARD)\"", relabel, StringComparison.Ordinal);
    }

    private static JsonObject Generate(string spec, Version? version = null) => PrometheusConfiguration.Generate(Resource(spec), version ?? Old, []);

    private static JsonObject Resource(string spec) =>
        new() { ["metadata"] = new JsonObject { ["name"] = "main", ["namespace"] = "monitoring" }, ["spec"] = JsonNode.Parse(spec) };
}
