using System.Globalization;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A changed tag re-routes a cluster. The new workspace is verified before the grant for the old one is removed, which goes in any case after a limit.</summary>
public sealed class Reroute : IScenario
{
    private const string PreProduction = "pre-production";

    // After a changed remote-write URL, the collector sends its next scrape to the new workspace.
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(10);

    public string Name => "reroute";

    public string Description => "a changed tag moves a cluster to the other workspace; a second move is prevented by the cluster's administrator";

    public WorldOptions World { get; } = new WorldOptions
    {
        EarlierWorkspaces = new Dictionary<string, string> { [PreProduction] = TwinAccounts.OtherRegion },
    }.With(
        ("MoreWorkspaceArns", $"{{{PreProduction}}}"),
        // The hub has room for providers, so the cluster gets direct trust and keeps it when it moves.
        ("TrustMode", "auto"),
        ("OldGrantMaxSeconds", $"{BlockedReroute.LimitSeconds}"),
        ("Routes", $$$"""[{"name":"pre-production","workspaceArn":"{{{{PreProduction}}}}","tags":{"environment":"pre-production"}}]"""));

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var (before, after) = (context.Aws.EarlierWorkspaces[PreProduction], context.World.WorkspaceArn);
        var arn = await context.CreateAsync(
            TwinAccounts.Member, TwinAccounts.HomeRegion, "shop", cancellationToken, new Dictionary<string, string> { ["environment"] = "pre-production" });
        context.Expect(context.Living(arn), "Verified");
        await context.QuietAsync(cancellationToken);
        var item = await context.RegisteredAsync(context.Living(arn), cancellationToken);
        context.Check("the cluster is verified in pre-production", item?.State == "Verified" && item["workspaceArn"] == before, $"{item?.State} {item?["cause"]} {item?["workspaceArn"]}");
        var pods = context.World.ClusterOf(arn).PodStarts.Count;

        context.Log("the cluster is promoted: its tag becomes environment=production");
        var position = context.World.Calls.Position;
        await context.Aws.TagClusterAsync(arn, new Dictionary<string, string?> { ["environment"] = "production" }, cancellationToken);
        await context.QuietAsync(cancellationToken);

        item = await context.RegisteredAsync(context.Living(arn), cancellationToken);
        context.Check("the cluster is verified in production", item?.State == "Verified" && item["workspaceArn"] == after, $"{item?.State} {item?["cause"]} {item?["workspaceArn"]}");
        context.Check("no pod was rolled for it", context.World.ClusterOf(arn).PodStarts.Count == pods, $"{context.World.ClusterOf(arn).PodStarts.Count - pods} pods started");
        CheckOrder(context, position, after);
        await CheckGapAsync(context, arn, before, after, cancellationToken);
        var key = await CollectorIdentity.Of(context.World.ClusterOf(arn)).CredentialsAsync(context.Aws, cancellationToken);
        var status = await CollectorIdentity.WriteAsync(context.Aws, key, before, TimeProvider.System.GetUtcNow(), cancellationToken);
        context.Check("the old workspace denies the collector", status == 403, status);
        await new BlockedReroute(context, arn, after).RunAsync(cancellationToken);
    }

    // The first policy change adds the new workspace to the old one; the last one removes the old workspace.
    private static void CheckOrder(ScenarioContext context, int position, string after)
    {
        var calls = context.World.Calls.Since(position).ToList();
        var policies = calls.Where(call => call is { Action: "PutRolePolicy", Decision: "Allow" }).Select(call => calls.IndexOf(call)).ToList();
        var arrived = calls.FindIndex(call => call is { Action: "RemoteWrite", Decision: "Allow", Status: 200 } && call.Resource == after && !call.Write);
        var seen = calls.FindLastIndex(call => call is { Action: "QueryMetrics", Decision: "Allow" } && call.Resource == after && policies.Count > 0 && calls.IndexOf(call) < policies[^1]);
        context.Check(
            "the new workspace had the cluster's samples, and was queried for them, before the old grant was removed",
            policies.Count >= 2 && policies[0] < arrived && arrived < seen && seen < policies[^1],
            $"policy changes at {string.Join(", ", policies)}, first samples at {arrived}, verified at {seen}");
    }

    private static async Task CheckGapAsync(ScenarioContext context, string arn, string before, string after, CancellationToken cancellationToken)
    {
        var name = Arn.TryParse(arn)!.ResourceName;
        var last = await context.World.QueryAsync($$"""max(max_over_time(timestamp(up{cluster_name="{{name}}"})[1h:1s]))""", cancellationToken, before);
        var first = await context.World.FirstSampleAsync(arn, cancellationToken, after);
        var gap = first - (last is { } seconds ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null);
        context.Check(
            string.Create(CultureInfo.InvariantCulture, $"between the last sample in the old and the first in the new workspace are {gap?.TotalSeconds:F1} s"),
            gap is { } known && known < LongestGap, gap);
    }
}
