using System.Globalization;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>The route of a cluster leaves a workspace, and the cluster's administrator prevents the move to keep the old grant.</summary>
/// <param name="former">The workspace that the route leaves, and returns to at the end.</param>
internal sealed class BlockedReroute(ScenarioContext context, string clusterArn, string former)
{
    /// <summary>The limit of an old grant in this world: longer than a move that nobody prevents.</summary>
    public const int LimitSeconds = 40;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        context.Log("the cluster becomes pre-production again, and its administrator closes its endpoint to CentralAmp");
        context.World.ClusterOf(clusterArn).IsReachable = false;
        await TagAsync("pre-production", cancellationToken);
        var noticed = await CheckStillGrantedAsync(cancellationToken);

        await context.UntilAsync("the limit of the old grant is over", () => TimeProvider.System.GetUtcNow() - noticed > TimeSpan.FromSeconds(LimitSeconds), cancellationToken);
        await context.RunAsync(Machine.Sweep, "{}", cancellationToken);
        await context.World.IamSettlesAsync(cancellationToken);
        var status = await WriteAsync(cancellationToken);
        context.Check("after the limit the former workspace denies the collector, whatever the cluster does", status == 403, status);
        var item = await ItemAsync(cancellationToken);
        context.Check(
            "the registry says that the grant was removed, and no longer that it is granted",
            item?["sentence"] is not null && item["formerWorkspaceArn"] is null && item["sentence"]!.Contains($"The grant for {former}", StringComparison.Ordinal) && !item["sentence"]!.Contains("Still granted", StringComparison.Ordinal),
            $"{item?.State} {item?["cause"]} {item?["sentence"]}");

        context.Log("the endpoint is open again, and the route returns");
        context.World.ClusterOf(clusterArn).IsReachable = true;
        await TagAsync("production", cancellationToken);
        status = await WriteAsync(cancellationToken);
        item = await ItemAsync(cancellationToken);
        context.Check("the cluster is verified again, and its collector may write again", item?.State == "Verified" && status == 200, $"{item?.State} {item?["cause"]} {status}");
    }

    /// <returns>When the first execution noticed that the route had left the workspace.</returns>
    private async Task<DateTimeOffset> CheckStillGrantedAsync(CancellationToken cancellationToken)
    {
        var (item, status) = (await ItemAsync(cancellationToken), await WriteAsync(cancellationToken));
        context.Check(
            "a blocked move leaves the old grant for a while, and sentence and registry say so",
            status == 200 && item?["formerWorkspaceArn"] == former && item["routeLeftAt"] is not null && item["sentence"]!.Contains($"Still granted: {former}", StringComparison.Ordinal),
            $"{status} {item?.State} {item?["cause"]} {item?["sentence"]}");
        return item?["routeLeftAt"] is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(since, CultureInfo.InvariantCulture)) : TimeProvider.System.GetUtcNow();
    }

    private async Task TagAsync(string environment, CancellationToken cancellationToken)
    {
        await context.Aws.TagClusterAsync(clusterArn, new Dictionary<string, string?> { ["environment"] = environment }, cancellationToken);
        await context.QuietAsync(cancellationToken);
    }

    private Task<RegistryEntry?> ItemAsync(CancellationToken cancellationToken) => context.RegisteredAsync(context.Living(clusterArn), cancellationToken);

    private async Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        var key = await CollectorIdentity.Of(context.World.ClusterOf(clusterArn)).CredentialsAsync(context.Aws, cancellationToken);
        return await CollectorIdentity.WriteAsync(context.Aws, key, former, TimeProvider.System.GetUtcNow(), cancellationToken);
    }
}
