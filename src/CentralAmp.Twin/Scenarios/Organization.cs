using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Twelve clusters of three accounts and two regions appear at once; two workspaces, both trust modes, one name six times.</summary>
public sealed class Organization : IScenario
{
    private const string PreProduction = "pre-production";

    public string Name => "organization";

    public string Description => "3 accounts, 2 regions, 12 clusters, 2 workspaces, both trust modes, clusters of one name";

    public WorldOptions World { get; } = new WorldOptions
    {
        ClusterAccounts = TwinAccounts.All,
        Regions = [TwinAccounts.HomeRegion, TwinAccounts.OtherRegion],
        EarlierWorkspaces = new Dictionary<string, string> { [PreProduction] = TwinAccounts.OtherRegion },
    }.With(
        ("MoreWorkspaceArns", $"{{{PreProduction}}}"),
        // A dozen Prometheus that are rolled at the same moment take their time on one machine.
        ("RolloutAttempts", "20"),
        ("VerifyAttempts", "20"),
        ("TrustMode", "chained"),
        ("SwitchConfigMapClusters", "true"),
        ("Routes", $$"""
            [{"name":"pre-production","workspaceArn":"{{{PreProduction}}}","tags":{"environment":"pre-production"},"trustMode":"direct"},
             {"name":"partners","workspaceArn":"{{{PreProduction}}}","accounts":["{{TwinAccounts.OtherMember}}"],"regions":["{{TwinAccounts.OtherRegion}}"]}]
            """));

    public async Task PlayAsync(Stage stage, CancellationToken cancellationToken)
    {
        var planned = Plan(stage).ToList();
        foreach (var cluster in planned)
            await stage.CreateAsync(cluster.AccountId, cluster.Region, cluster.Name, cancellationToken, cluster.Tags);
        foreach (var cluster in planned)
            stage.Expect(stage.Living(cluster.Arn), "Verified");
        await stage.QuietAsync(cancellationToken);

        var workspaces = new[] { stage.World.WorkspaceArn, stage.Aws.EarlierWorkspaces[PreProduction] };
        var placement = new Placement(stage, workspaces);
        foreach (var cluster in planned)
            await placement.CheckAsync(cluster, cancellationToken);
        await placement.CheckThatNothingIsUnlabelledAsync(cancellationToken);
    }

    // In every account and region one cluster for production and one for what comes before; the first has the same name everywhere.
    // Of the hub's own clusters nobody assumes a role of another account: direct, whatever is asked for.
    private static IEnumerable<PlacedCluster> Plan(Stage stage)
    {
        var (production, preProduction) = (stage.World.WorkspaceArn, stage.Aws.EarlierWorkspaces[PreProduction]);
        foreach (var account in TwinAccounts.All)
        {
            foreach (var region in stage.Aws.Regions)
            {
                var isPartners = account == TwinAccounts.OtherMember && region == TwinAccounts.OtherRegion;
                yield return new PlacedCluster(account, region, "shop", "production", isPartners ? preProduction : production, account == TwinAccounts.Hub ? "direct" : "chained");
                yield return new PlacedCluster(account, region, $"trial-{TwinAccounts.NameOf(account)}-{region[..2]}", "pre-production", preProduction, "direct");
            }
        }
    }
}
