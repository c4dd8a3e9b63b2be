using System.Globalization;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A tag changes, and with it the workspace: the new one is verified before the old grant goes.</summary>
public sealed class Reroute : IScenario
{
    private const string PreProduction = "pre-production";

    // A collector that is told of another address starts there with what it scrapes next.
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(10);

    public string Name => "reroute";

    public string Description => "a changed tag moves a cluster to the other workspace";

    public WorldOptions World { get; } = new WorldOptions
    {
        EarlierWorkspaces = new Dictionary<string, string> { [PreProduction] = TwinAccounts.OtherRegion },
    }.With(
        ("MoreWorkspaceArns", $"{{{PreProduction}}}"),
        // Direct, because there is room for providers; the cluster keeps that when it moves.
        ("TrustMode", "auto"),
        ("Routes", $$$"""[{"name":"pre-production","workspaceArn":"{{{{PreProduction}}}}","tags":{"environment":"pre-production"}}]"""));

    public async Task PlayAsync(Stage stage, CancellationToken cancellationToken)
    {
        var (before, after) = (stage.Aws.EarlierWorkspaces[PreProduction], stage.World.WorkspaceArn);
        var arn = await stage.CreateAsync(
            TwinAccounts.Member, TwinAccounts.HomeRegion, "shop", cancellationToken, new Dictionary<string, string> { ["environment"] = "pre-production" });
        stage.Expect(stage.Living(arn), "Verified");
        await stage.QuietAsync(cancellationToken);
        var item = await stage.RegisteredAsync(stage.Living(arn), cancellationToken);
        stage.Check("the cluster is verified in pre-production", item?.State == "Verified" && item["workspaceArn"] == before, $"{item?.State} {item?["cause"]} {item?["workspaceArn"]}");
        var pods = stage.World.ClusterOf(arn).PodStarts.Count;

        stage.Say("the cluster is promoted: its tag becomes environment=production");
        var position = stage.World.Calls.Position;
        await stage.Aws.TagClusterAsync(arn, new Dictionary<string, string?> { ["environment"] = "production" }, cancellationToken);
        await stage.QuietAsync(cancellationToken);

        item = await stage.RegisteredAsync(stage.Living(arn), cancellationToken);
        stage.Check("the cluster is verified in production", item?.State == "Verified" && item["workspaceArn"] == after, $"{item?.State} {item?["cause"]} {item?["workspaceArn"]}");
        stage.Check("no pod was rolled for it", stage.World.ClusterOf(arn).PodStarts.Count == pods, $"{stage.World.ClusterOf(arn).PodStarts.Count - pods} pods started");
        CheckOrder(stage, position, after);
        await CheckGapAsync(stage, arn, before, after, cancellationToken);
        var key = await CollectorIdentity.Of(stage.World.ClusterOf(arn)).CredentialsAsync(stage.Aws, cancellationToken);
        var status = await CollectorIdentity.WriteAsync(stage.Aws, key, before, TimeProvider.System.GetUtcNow(), cancellationToken);
        stage.Check("the old workspace takes nothing from the collector any more", status == 403, status);
    }

    // The first change of the policy lets the new workspace in beside the old one, the last takes the old one out.
    private static void CheckOrder(Stage stage, int position, string after)
    {
        var calls = stage.World.Calls.Since(position).ToList();
        var policies = calls.Where(call => call is { Action: "PutRolePolicy", Decision: "Allow" }).Select(call => calls.IndexOf(call)).ToList();
        var arrived = calls.FindIndex(call => call is { Action: "RemoteWrite", Decision: "Allow", Status: 200 } && call.Resource == after && !call.Write);
        var seen = calls.FindLastIndex(call => call is { Action: "QueryMetrics", Decision: "Allow" } && call.Resource == after && policies.Count > 0 && calls.IndexOf(call) < policies[^1]);
        stage.Check(
            "the new workspace had the cluster's samples, and was asked for them, before the old grant went",
            policies.Count >= 2 && policies[0] < arrived && arrived < seen && seen < policies[^1],
            $"policy changes at {string.Join(", ", policies)}, first samples at {arrived}, verified at {seen}");
    }

    private static async Task CheckGapAsync(Stage stage, string arn, string before, string after, CancellationToken cancellationToken)
    {
        var name = Arn.TryParse(arn)!.ResourceName;
        var last = await stage.World.QueryAsync($$"""max(max_over_time(timestamp(up{cluster_name="{{name}}"})[1h:1s]))""", cancellationToken, before);
        var first = await stage.World.FirstSampleAsync(arn, cancellationToken, after);
        var gap = first - (last is { } seconds ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null);
        stage.Check(
            string.Create(CultureInfo.InvariantCulture, $"between the last sample in the old and the first in the new workspace are {gap?.TotalSeconds:F1} s"),
            gap is { } known && known < LongestGap, gap);
    }
}
