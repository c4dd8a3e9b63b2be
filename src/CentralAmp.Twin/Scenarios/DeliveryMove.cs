using System.Globalization;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A stack is installed in a cluster that has a managed agent: onboarding switches to its Prometheus with a short gap in the samples.</summary>
public sealed class DeliveryMove(ScenarioContext context, ServedCluster cluster, DeliveriesWatch watch)
{
    // Twice the scrape interval of a managed agent.
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(60);

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var twin = context.World.ClusterOf(cluster.Arn);
        context.Log($"an operator installs kube-prometheus-stack in {cluster.Name}");
        twin.InstallStack();
        await twin.StackReady.WaitAsync(cancellationToken);
        watch.ResetBaseline(cluster);
        await context.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);

        var item = await context.RegisteredAsync(context.Living(cluster.Arn), cancellationToken);
        context.Check($"{cluster.Name} moves to its own Prometheus", item is { State: "Verified" } && item["delivery"] == "prometheus", $"{item?.State} {item?["delivery"]} {item?["cause"]}: {item?["sentence"]}");
        var agents = twin.List("StatefulSet").Count(set => set["metadata"]!["namespace"]!.GetValue<string>() == "central-amp");
        context.Check("the agent is gone", agents == 0, agents);
        // The job name shows which collector scraped: the agent has its own job, the stack's jobs are named after its monitors.
        var last = await context.World.QueryAsync($$"""max(max_over_time(timestamp(up{cluster_name="{{cluster.Name}}",job="central-amp-agent"})[10m:1s]))""", cancellationToken);
        var first = await context.World.QueryAsync($$"""min(min_over_time(timestamp(up{cluster_name="{{cluster.Name}}",job="{{twin.Names.Prometheus}}"})[10m:1s]))""", cancellationToken);
        var gap = first - last;
        context.Check(
            string.Create(CultureInfo.InvariantCulture, $"between the agent's last and the Prometheus' first sample are {gap:F1} s"),
            gap is { } seconds && Math.Abs(seconds) <= LongestGap.TotalSeconds, gap);
    }
}
