using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;
using CentralAmp.RemoteWrite;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Collectors;

public sealed class LoadedConfigurationTests
{
    // The output of Prometheus 2.53.3 for entry-single, shortened.
    private const string Printed = """
        global:
          scrape_interval: 30s
        scrape_configs:
        - job_name: self
        remote_write:
        - url: https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write
          remote_timeout: 30s
          write_relabel_configs:
          - source_labels: [account_id]
            separator: ;
            regex: (.+)
            target_label: exported_account_id
            replacement: $1
            action: replace
          - separator: ;
            regex: (.*)
            target_label: account_id
            replacement: "222222222222"
            action: replace
          - separator: ;
            regex: (.*)
            target_label: cluster
            replacement: shop.us-east-1.222222222222
            action: replace
          - separator: ;
            regex: (.*)
            target_label: cluster_name
            replacement: shop
            action: replace
          - separator: ;
            regex: (.*)
            target_label: region
            replacement: us-east-1
            action: replace
          name: central-amp
          queue_config:
            capacity: 2500
        """;

    private static readonly JsonObject Entry = RemoteWriteEntry.Render(new RemoteWriteTarget(
        "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/", "eu-west-1", "", ClusterLabels.Of(Some.Cluster()), "prometheus_replica", 1, 1, false));

    [Fact]
    public void The_entry_is_found_in_the_configuration_that_Prometheus_prints() =>
        Assert.Equal(new LoadedConfiguration("p", HasName: true, HasEntry: true, ReloadSucceeded: true), Read(Printed, "1"));

    [Theory]
    [InlineData("ws-1/api", "ws-2/api")]
    [InlineData("shop.us-east-1", "store.us-east-1")]
    public void An_earlier_version_of_the_entry_has_the_name_but_is_not_the_entry(string what, string instead) =>
        Assert.Equal(new LoadedConfiguration("p", HasName: true, HasEntry: false, ReloadSucceeded: true), Read(Printed.Replace(what, instead, StringComparison.Ordinal), "1"));

    [Fact]
    public void A_configuration_without_the_entry_has_neither_its_name_nor_the_entry() =>
        Assert.Equal(new LoadedConfiguration("p", HasName: false, HasEntry: false, ReloadSucceeded: false), Read("global: {}\n", "0"));

    [Theory]
    [InlineData(503, "")]
    [InlineData(404, "not found")]
    [InlineData(200, "not JSON")]
    [InlineData(200, """{"data":7}""")]
    [InlineData(200, "[]")]
    public void The_configuration_of_a_pod_that_does_not_answer_is_unknown(int status, string body)
    {
        var answer = new ProxyAnswer(status, body);
        Assert.Equal(new LoadedConfiguration("p", null, null, null), LoadedConfiguration.Read("p", answer, answer, Entry));
    }

    private static LoadedConfiguration Read(string yaml, string reloaded) => LoadedConfiguration.Read(
        "p",
        new ProxyAnswer(200, new JsonObject { ["data"] = new JsonObject { ["yaml"] = yaml } }.ToJsonString()),
        new ProxyAnswer(200, $"# HELP prometheus_config_last_reload_successful Whether\nprometheus_config_last_reload_successful {reloaded}\n"),
        Entry);
}
