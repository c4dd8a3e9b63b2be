using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Twelve clusters in three accounts and two regions are created at once, with two workspaces and both trust modes. Six of them share one name.</summary>
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
        // A dozen Prometheus pods that roll at the same time are slow on one machine.
        ("RolloutAttempts", "20"),
        ("VerifyAttempts", "20"),
        ("TrustMode", "chained"),
        ("SwitchConfigMapClusters", "true"),
        ("Routes", $$"""
            [{"name":"pre-production","workspaceArn":"{{{PreProduction}}}","tags":{"environment":"pre-production"},"trustMode":"direct"},
             {"name":"partners","workspaceArn":"{{{PreProduction}}}","accounts":["{{TwinAccounts.OtherMember}}"],"regions":["{{TwinAccounts.OtherRegion}}"]}]
            """));

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var planned = Plan(context).ToList();
        foreach (var cluster in planned)
            await context.CreateAsync(cluster.AccountId, cluster.Region, cluster.Name, cancellationToken, cluster.Tags);
        foreach (var cluster in planned)
            context.Expect(context.Living(cluster.Arn), "Verified");
        await context.QuietAsync(cancellationToken);

        var workspaces = new[] { context.World.WorkspaceArn, context.Aws.EarlierWorkspaces[PreProduction] };
        var placement = new Placement(context, workspaces);
        foreach (var cluster in planned)
            await placement.CheckAsync(cluster, cancellationToken);
        await placement.CheckThatNothingIsUnlabelledAsync(cancellationToken);
    }

    // Every account and region has one cluster for production and one for pre-production; the first has the same name everywhere.
    // Clusters of the hub account always get direct trust, because chained trust needs a second account.
    private static IEnumerable<PlacedCluster> Plan(ScenarioContext context)
    {
        var (production, preProduction) = (context.World.WorkspaceArn, context.Aws.EarlierWorkspaces[PreProduction]);
        foreach (var account in TwinAccounts.All)
        {
            foreach (var region in context.Aws.Regions)
            {
                var isPartners = account == TwinAccounts.OtherMember && region == TwinAccounts.OtherRegion;
                yield return new PlacedCluster(account, region, "shop", "production", isPartners ? preProduction : production, account == TwinAccounts.Hub ? "direct" : "chained");
                yield return new PlacedCluster(account, region, $"trial-{TwinAccounts.NameOf(account)}-{region[..2]}", "pre-production", preProduction, "direct");
            }
        }
    }
}
