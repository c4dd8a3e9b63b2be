using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Agent;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Deliveries.PrometheusAgent;
using CentralAmp.Deliveries.Values;
using CentralAmp.RemoteWrite;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Deliveries.Rendered;

public sealed class RenderedDeliveriesTests
{
    private const string Folder = "Deliveries/Rendered";

    [Theory]
    [MemberData(nameof(RenderedDeliveries.All), MemberType = typeof(RenderedDeliveries))]
    public void Delivery_prometheus_equals_the_reviewed_files(string profile, string trustMode) =>
        Golden.Check(Folder, $"prometheus-{profile}-{trustMode}", RenderedDeliveries.Entry(profile, trustMode, "prometheus_replica"));

    [Theory]
    [MemberData(nameof(RenderedDeliveries.All), MemberType = typeof(RenderedDeliveries))]
    public void Delivery_prometheus_agent_equals_the_reviewed_files(string profile, string trustMode) => CheckObjects(
        $"prometheus-agent-{profile}-{trustMode}", PrometheusAgentManifest.Render(RenderedDeliveries.Spec(profile, trustMode)));

    [Fact]
    public void CentralAmps_own_jobs_for_an_operators_agent_equal_the_reviewed_file_and_have_no_credentials()
    {
        Golden.CheckText(Folder, "scrape-jobs.golden.yaml", AgentManifests.ScrapeJobsText());
        Assert.Equal(AgentManifests.ScrapeJobsText(), Encoding.UTF8.GetString(Convert.FromBase64String(AgentManifests.ScrapeJobs()["data"]!["scrape-jobs.yaml"]!.ToString())));
        // The jobs of delivery agent are the same.
        var text = AgentWorkload.Configuration(RenderedDeliveries.Spec(Profiles.Full, TrustModes.Direct));
        Assert.All(JsonNode.Parse(AgentManifests.ScrapeJobsText())!.AsArray(), job => Assert.Contains(
            Yaml.Print(new JsonObject { ["scrape_configs"] = new JsonArray(job!.DeepClone()) }).Split('\n', 2)[1], text, StringComparison.Ordinal));
    }

    [Fact]
    public void Limits_bound_the_targets_of_both_kinds_of_agents()
    {
        var spec = RenderedDeliveries.Spec(Profiles.Full, TrustModes.Direct) with { Limits = new AgentLimits(Samples: 50_000, Labels: 40) };
        var agent = PrometheusAgentManifest.Render(spec)["spec"]!;
        Assert.Equal(("50000", null, "40"), (agent["enforcedSampleLimit"]!.ToString(), agent["enforcedTargetLimit"]?.ToString(), agent["enforcedLabelLimit"]!.ToString()));
        Assert.Contains("  sample_limit: 50000\n  label_limit: 40\n", AgentWorkload.Configuration(spec), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RenderedDeliveries.All), MemberType = typeof(RenderedDeliveries))]
    public void Delivery_agent_equals_the_reviewed_files(string profile, string trustMode)
    {
        var spec = RenderedDeliveries.Spec(profile, trustMode);
        CheckObjects($"agent-{profile}-{trustMode}", AgentWorkload.StatefulSet(spec));
        Golden.CheckText(Folder, $"agent-{profile}-{trustMode}.prometheus.golden.yml", AgentWorkload.Configuration(spec));
        Assert.Equal(AgentWorkload.Configuration(spec), AgentWorkload.ConfigMap(spec)["data"]!["prometheus.yml"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(RenderedDeliveries.All), MemberType = typeof(RenderedDeliveries))]
    public void Delivery_values_equals_the_reviewed_files(string profile, string trustMode)
    {
        var data = ValuesManifest.Render(
            RenderedDeliveries.Entry(profile, trustMode), RenderedDeliveries.RoleOf(trustMode), Some.Collector.Namespace, Some.Collector.ServiceAccount)["data"]!;
        Golden.CheckText(Folder, $"values-{profile}-{trustMode}.helm.golden.yaml", data["kube-prometheus-stack.yaml"]!.GetValue<string>());
        Golden.CheckText(Folder, $"values-{profile}-{trustMode}.prometheus.golden.yml", data["prometheus.yml"]!.GetValue<string>());
    }

    [Fact]
    public void The_identity_of_an_agent_equals_the_reviewed_file() =>
        CheckObjects("identity", [.. AgentManifests.Identity(RenderedDeliveries.RoleOf(TrustModes.Direct))]);

    [Fact]
    public void Another_configuration_rolls_the_agent_and_the_same_does_not()
    {
        var (one, same) = (HashOf(RenderedDeliveries.Spec(Profiles.Full, TrustModes.Direct)), HashOf(RenderedDeliveries.Spec(Profiles.Full, TrustModes.Direct)));
        Assert.Equal(one, same);
        Assert.NotEqual(one, HashOf(RenderedDeliveries.Spec(Profiles.Minimal, TrustModes.Direct)));
        Assert.NotEqual(one, HashOf(RenderedDeliveries.Spec(Profiles.Full, TrustModes.Chained)));
    }

    [Theory]
    [InlineData("quay.io/prometheus/prometheus:v3.5.0", "v3.5.0")]
    [InlineData("quay.io/prometheus/prometheus:v3.5.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "v3.5.0")]
    [InlineData("registry.example.org:5000/mirror/prometheus:v2.55.1", "v2.55.1")]
    [InlineData("registry.example.org:5000/prometheus", null)]
    [InlineData("quay.io/prometheus/prometheus:main", null)]
    [InlineData("quay.io/prometheus/prometheus@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", null)]
    public void The_version_field_is_set_if_the_tag_is_a_version(string image, string? version)
    {
        var spec = PrometheusAgentManifest.Render(RenderedDeliveries.Spec(Profiles.Full, TrustModes.Direct) with { Image = image })["spec"]!;
        Assert.Equal(image, spec["image"]!.GetValue<string>());
        Assert.Equal(version, spec["version"]?.GetValue<string>());
    }

    [Fact]
    public void Without_tolerations_the_field_is_absent()
    {
        var spec = RenderedDeliveries.Spec(Profiles.Full, TrustModes.Direct) with { Tolerations = [] };
        Assert.Null(PrometheusAgentManifest.Render(spec)["spec"]!["tolerations"]);
        Assert.Null(AgentWorkload.StatefulSet(spec)["spec"]!["template"]!["spec"]!["tolerations"]);
    }

    /// <summary>The Pod Security Standard "restricted", with the fields of the operator's API and of Kubernetes.</summary>
    [Fact]
    public void Agents_run_restricted_with_requests_and_limits()
    {
        var spec = RenderedDeliveries.Spec(Profiles.Full, TrustModes.Direct);
        var pod = AgentWorkload.StatefulSet(spec)["spec"]!["template"]!["spec"]!;
        var agent = PrometheusAgentManifest.Render(spec)["spec"]!;
        Assert.All((JsonNode[])[pod["securityContext"]!, agent["securityContext"]!], security =>
        {
            Assert.True(security["runAsNonRoot"]!.GetValue<bool>());
            Assert.Equal("RuntimeDefault", security["seccompProfile"]!["type"]!.GetValue<string>());
        });
        var container = pod["containers"]![0]!;
        Assert.False(container["securityContext"]!["allowPrivilegeEscalation"]!.GetValue<bool>());
        Assert.Equal("ALL", container["securityContext"]!["capabilities"]!["drop"]![0]!.GetValue<string>());
        Assert.All((JsonNode[])[container["resources"]!, agent["resources"]!], resources => Assert.All(
            (string[])["requests", "limits"], kind => Assert.All((string[])["cpu", "memory"], resource => Assert.NotNull(resources[kind]![resource]))));
    }

    [Theory]
    [InlineData("222222222222", "'222222222222'")]
    [InlineData("", "''")]
    [InlineData("on", "'on'")]
    [InlineData("No", "'No'")]
    [InlineData("1e3", "'1e3'")]
    [InlineData("30s", "30s")]
    [InlineData("$1", "'$1'")]
    [InlineData("a: b", "'a: b'")]
    [InlineData("it's", "'it''s'")]
    [InlineData("arn:aws:iam::1:role/x", "arn:aws:iam::1:role/x")]
    [InlineData("ends:", "'ends:'")]
    public void Strings_stay_strings_in_YAML(string text, string printed) => Assert.Equal($"key: {printed}\n", Yaml.Print(new JsonObject { ["key"] = text }));

    private static string HashOf(AgentSpec spec) =>
        AgentWorkload.StatefulSet(spec)["spec"]!["template"]!["metadata"]!["annotations"]![AgentNames.ConfigHashAnnotation]!.GetValue<string>();

    private static void CheckObjects(string name, params JsonObject[] objects) =>
        Golden.CheckText(Folder, $"{name}.golden.yaml", string.Join("---\n", objects.Select(Yaml.Print)));
}
