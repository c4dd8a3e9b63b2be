using Amazon.Runtime;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Four clusters are offboarded: a deleted one, a living one, an unreachable one, and one that opts out.</summary>
public sealed class Offboard : IScenario
{
    private const string Other = "other";

    public string Name => "offboard";

    public string Description => "a deleted, a living, an unreachable and an opted-out cluster are offboarded";

    // Both trust modes: chained creates resources in both accounts, direct only in the hub.
    public WorldOptions World { get; } = new WorldOptions
    {
        EarlierWorkspaces = new Dictionary<string, string> { [Other] = TwinAccounts.HomeRegion },
    }.With(
        ("TrustMode", "chained"),
        ("MoreWorkspaceArns", $"{{{Other}}}"),
        ("Routes", $$$"""[{"name":"direct","workspaceArn":"{{{{Other}}}}","tags":{"trust":"direct"},"trustMode":"direct"}]"""));

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var gone = await CreateAsync(context, "gone", cancellationToken);
        var living = await CreateAsync(context, "living", cancellationToken, deliveries: 0);
        var shut = await CreateAsync(context, "shut-off", cancellationToken, ("trust", "direct"));
        var opting = await CreateAsync(context, "opting-out", cancellationToken, ("trust", "direct"));
        await context.World.ClusterOf(living).StackReady.WaitAsync(cancellationToken);
        var foreignResources = new ForeignResources(context, living);
        await foreignResources.PlantAsync(context.Aws.Eks.Find(opting)!.Twin.Issuer, cancellationToken);
        var before = foreignResources.Fingerprint();
        await context.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{living}}"}""", cancellationToken);
        var clusters = ((string[])[gone, living, shut, opting]).Select(context.Living).ToArray();
        foreach (var cluster in clusters)
            await CheckVerifiedAsync(context, cluster, cancellationToken);

        context.Expect(clusters[0], "Offboarded");
        context.Expect(clusters[1], "Offboarded");
        context.Expect(clusters[2], "Offboarding");
        context.Expect(clusters[3], "OptedOut");
        context.AllowRemaining(clusters[2]);
        context.World.ClusterOf(shut).IsReachable = false;
        await OffboardAsync(context, gone, living, shut, opting, cancellationToken);

        CompareForeignResources(context, before, foreignResources.Fingerprint());
        await CheckUnreachableAsync(context, shut, cancellationToken);
    }

    private static async Task OffboardAsync(ScenarioContext context, string gone, string living, string shut, string opting, CancellationToken cancellationToken)
    {
        var (watch, optingWatch) = (new CollectorWatch(context, living), new CollectorWatch(context, opting));
        context.Log("one cluster is deleted, one opts out by its tag, two are offboarded by manual input; one of these is unreachable");
        await context.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{shut}}"}""", cancellationToken);
        await context.Aws.TagClusterAsync(opting, new Dictionary<string, string?> { ["central-amp:onboard"] = "false" }, cancellationToken);
        await context.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{living}}"}""", cancellationToken);
        var deleting = context.DeleteAsync(gone, cancellationToken);
        await context.UntilAsync("access is denied", () => IsDenied(context, living), cancellationToken);
        await watch.RestartAsync("while access is denied and its configuration still exists", cancellationToken);
        await deleting;
        await context.QuietAsync(cancellationToken);
        watch.CheckNoFailures();
        optingWatch.CheckNoFailures();
        await watch.RestartAsync("after it was offboarded", cancellationToken);
    }

    private static Task<string> CreateAsync(ScenarioContext context, string name, CancellationToken cancellationToken, (string Name, string Value)? tag = null, int deliveries = 1) =>
        context.CreateAsync(
            TwinAccounts.Member, TwinAccounts.HomeRegion, name, cancellationToken,
            tag is { } given ? new Dictionary<string, string> { [given.Name] = given.Value } : null, deliveries);

    private static async Task CheckVerifiedAsync(ScenarioContext context, ClusterIdentity cluster, CancellationToken cancellationToken)
    {
        var item = await context.RegisteredAsync(cluster, cancellationToken);
        context.Check($"{Arn.TryParse(cluster.ClusterArn)!.ResourceName} is verified before offboarding", item?.State == "Verified", $"{item?.State} {item?["cause"]}");
    }

    private static IamRole? IngestRole(ScenarioContext context, string clusterArn) =>
        context.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values.FirstOrDefault(role => role.Tags.GetValueOrDefault("central-amp:cluster-arn") == clusterArn);

    private static bool IsDenied(ScenarioContext context, string clusterArn) => IngestRole(context, clusterArn) is not { } role
        || role.Policies.Any(policy => policy.Statements.Any(statement => !statement.Allows && statement.Actions.Contains("aps:RemoteWrite")));

    private static void CompareForeignResources(ScenarioContext context, IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        var differing = before.Keys.Union(after.Keys).Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name)).ToList();
        context.Check($"{before.Count} resources of other owners are unchanged, byte for byte", differing.Count == 0, string.Join(", ", differing));
    }

    private static async Task CheckUnreachableAsync(ScenarioContext context, string shut, CancellationToken cancellationToken)
    {
        context.Check("the ingest role of the unreachable cluster remains, with an explicit Deny", IngestRole(context, shut) is not null && IsDenied(context, shut));
        try
        {
            // The credentials must still resolve, because a Prometheus without them does not restart. Only access is denied.
            var key = await CollectorIdentity.Of(context.World.ClusterOf(shut)).CredentialsAsync(context.Aws, cancellationToken);
            var status = await CollectorIdentity.WriteAsync(context.Aws, key, context.Aws.EarlierWorkspaces[Other], TimeProvider.System.GetUtcNow(), cancellationToken);
            context.Check("its collector has credentials and is denied", status == 403, status);
        }
        catch (AmazonServiceException e)
        {
            context.Check("its collector has credentials and is denied", false, e.Message);
        }
    }
}
