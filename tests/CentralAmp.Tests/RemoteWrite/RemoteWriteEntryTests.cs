using System.Text.Json.Nodes;
using CentralAmp.Kubernetes;
using CentralAmp.RemoteWrite;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.RemoteWrite;

public sealed class RemoteWriteEntryTests
{
    private static readonly RemoteWriteTarget Single = new(
        "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/",
        "eu-west-1",
        "",
        ClusterLabels.Of(Some.Cluster()),
        "prometheus_replica",
        Replicas: 1,
        Shards: 1,
        ProxyFromEnvironment: false);

    public static TheoryData<string, RemoteWriteTarget> Entries => new()
    {
        { "entry-single", Single },
        { "entry-replicas", Single with { Replicas = 2 } },
        { "entry-chained", Single with { IngestRoleArn = "arn:aws:iam::111111111111:role/central-amp/central-amp-shop-12345678" } },
        { "entry-proxy", Single with { ProxyFromEnvironment = true } },
    };

    [Theory]
    [MemberData(nameof(Entries), DisableDiscoveryEnumeration = true)]
    public void The_rendered_entry_is_the_golden_one(string name, RemoteWriteTarget target) =>
        Golden.Check("RemoteWrite", name, RemoteWriteEntry.Render(target));

    [Theory]
    [InlineData(2, 1, "prometheus_replica", true, true)]
    [InlineData(3, 1, "pod", true, true)]
    [InlineData(1, 1, "prometheus_replica", false, true)]
    [InlineData(2, 2, "prometheus_replica", false, true)]
    [InlineData(2, 1, "__replica__", false, false)]
    [InlineData(1, 1, "__replica__", false, true)]
    [InlineData(2, 1, "", false, false)]
    public void The_replica_label_is_for_election_only_where_replicas_hold_the_same_series(
        int replicas, int shards, string label, bool elected, bool dropped)
    {
        var rules = RemoteWriteEntry.Render(Single with { Replicas = replicas, Shards = shards, ReplicaLabel = label })["writeRelabelConfigs"]!.AsArray();
        Assert.Equal(elected, rules.Any(rule => rule!["targetLabel"]?.ToString() == "__replica__" && rule["sourceLabels"]![0]!.ToString() == label));
        Assert.Equal(dropped, rules.Any(rule => rule!["action"]!.ToString() == "labeldrop" && rule["regex"]!.ToString() == label));
    }

    [Theory]
    [InlineData("{name}.{region}.{account}", "shop.us-east-1.222222222222")]
    [InlineData("eks/{account}/{region}/{name}", "eks/222222222222/us-east-1/shop")]
    public void The_label_cluster_follows_the_format(string format, string expected) =>
        Assert.Equal(expected, ClusterLabels.Of(Some.Cluster(), format).Cluster);

    [Theory]
    [InlineData("""{"a":1,"b":"x"}""", """{"b":"x","a":1.0}""", true)]
    [InlineData("""{"a":1,"default":true}""", """{"a":1}""", true)]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"a":"1"}""", """{"a":1}""", false)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"a":[1,2,3]}""", """{"a":[1,2]}""", false)]
    [InlineData("""{"a":{"b":[{"c":1,"d":2}]}}""", """{"a":{"b":[{"c":1}]}}""", true)]
    [InlineData("""{"a":"true"}""", """{"a":true}""", false)]
    public void Observed_is_compared_with_desired_by_meaning(string observed, string desired, bool contained) =>
        Assert.Equal(contained, JsonMeaning.Contains(JsonNode.Parse(observed), JsonNode.Parse(desired)));
}
