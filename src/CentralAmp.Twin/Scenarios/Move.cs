using System.Globalization;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A cluster with an own agent gets a stack: the road moves over, and the samples hardly notice.</summary>
public sealed class Move(Stage stage, ServedCluster cluster, DeliveriesWatch watch)
{
    // Twice the interval of an own agent.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var twin = stage.World.ClusterOf(cluster.Arn);
        stage.Say($"somebody installs kube-prometheus-stack in {cluster.Name}");
        twin.InstallStack();
        await twin.StackReady.WaitAsync(cancellationToken);
        watch.LookAgain(cluster);
        await stage.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);

        var item = await stage.RegisteredAsync(stage.Living(cluster.Arn), cancellationToken);
        stage.Check($"{cluster.Name} moves to its own Prometheus", item is { State: "Verified" } && item["delivery"] == "prometheus", $"{item?.State} {item?["delivery"]} {item?["cause"]}: {item?["sentence"]}");
        var agents = twin.List("StatefulSet").Count(set => set["metadata"]!["namespace"]!.GetValue<string>() == "central-amp");
        stage.Check("the agent is gone", agents == 0, agents);
        // Job names tell who scraped: the agent's are its own, the operator's start with the monitor's name in the stack.
        var last = await stage.World.QueryAsync($$"""max(max_over_time(timestamp(up{cluster_name="{{cluster.Name}}",job="central-amp-agent"})[10m:1s]))""", cancellationToken);
        var first = await stage.World.QueryAsync($$"""min(min_over_time(timestamp(up{cluster_name="{{cluster.Name}}",job="{{twin.Names.Prometheus}}"})[10m:1s]))""", cancellationToken);
        var gap = first - last;
        stage.Check(
            string.Create(CultureInfo.InvariantCulture, $"between the agent's last and the Prometheus' first sample are {gap:F1} s"),
            gap is { } seconds && Math.Abs(seconds) <= Longest.TotalSeconds, gap);
    }
}
