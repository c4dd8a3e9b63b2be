using CentralAmp.Twin.Breaks;

namespace CentralAmp.EndToEnd.Tests;

public sealed class BreakTests(SharedTwin twin)
{
    /// <summary>Breaks of one cluster. Breaks of a whole account run in a separate twin: <see cref="WholeAccountBreakTests"/>.</summary>
    public static TheoryData<string> OfOneCluster => [.. BreakCatalogue.All.Select(item => item.Name).Except(WholeAccountBreakTests.Names)];

    [Theory, MemberData(nameof(OfOneCluster))]
    public async Task A_planted_misconfiguration_ends_with_its_own_cause(string name)
    {
        var run = await twin.BrokenRunAsync(name);

        Assert.Equal(run.Planted.Cause, (string?)run.Execution.Record?["cause"]);
        Assert.Equal(run.Planted.RollsBack ? "RolledBack" : "Blocked", (string?)run.Execution.Record?["outcome"]);
    }

    [Theory, MemberData(nameof(OfOneCluster))]
    public async Task A_planted_misconfiguration_leaves_no_elevation(string name)
    {
        var run = await twin.BrokenRunAsync(name);

        Assert.Empty(twin.Workflows.Elevations(run.ClusterArn));
    }

    [Theory, MemberData(nameof(OfOneCluster))]
    public async Task The_collector_in_the_cluster_is_as_before(string name)
    {
        var run = await twin.BrokenRunAsync(name);

        // A fault of the twin's own controllers would make this assertion meaningless.
        Assert.Empty(twin.World.ClusterOf(run.ClusterArn).Faults);
        // Only a cluster that never became ACTIVE has no collector to compare.
        Assert.Equal(run.Planted.Name == "cluster-failed", run.Before.Length == 0);
        if (run.Planted.RollsBack)
            await CollectorWorksAsync(run);
        else
            Assert.Equal(run.Before, run.After);
    }

    [Theory, MemberData(nameof(OfOneCluster))]
    public async Task The_registry_records_the_cause(string name)
    {
        var run = await twin.BrokenRunAsync(name);

        var items = await twin.World.Aws.ScanAsync(twin.World.Aws.HubOutputs["RegistryTable"], TestContext.Current.CancellationToken);
        var item = Assert.Single(items, candidate => candidate.GetProperty("clusterArn").GetProperty("S").GetString() == run.ClusterArn);
        Assert.Equal(run.Planted.Cause, item.GetProperty("cause").GetProperty("S").GetString());
    }

    [Fact]
    public void Every_break_has_a_cause_of_its_own() =>
        Assert.Equal(BreakCatalogue.All.Count, BreakCatalogue.All.Select(item => item.Cause).Distinct().Count());

    private async Task CollectorWorksAsync(BrokenRun run)
    {
        var cluster = twin.World.ClusterOf(run.ClusterArn);
        var resource = cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)!;
        Assert.Null(resource["spec"]!["remoteWrite"]);
        Assert.Null(resource["spec"]!["podMetadata"]?["annotations"]?["central-amp/role"]);
        Assert.Null(cluster.Snapshot("ServiceAccount", "monitoring", cluster.Names.Prometheus)!["metadata"]!["annotations"]?["eks.amazonaws.com/role-arn"]);
        Assert.DoesNotContain(cluster.PodStarts, start => start.DataLost);

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var pod = cluster.PodStarts[^1].Pod;
        await Workflows.WaitForAsync(() => cluster.PrometheusOf(pod) is not null);
        var metrics = await http.GetStringAsync(new Uri(cluster.PrometheusOf(pod)!, "metrics"));
        Assert.Contains("prometheus_config_last_reload_successful 1", metrics, StringComparison.Ordinal);
    }
}
