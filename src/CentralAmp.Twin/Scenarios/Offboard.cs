using Amazon.Runtime;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Four clusters leave: one is deleted, one lives on, one cannot be reached, one opts out.</summary>
public sealed class Offboard : IScenario
{
    private const string Other = "other";

    public string Name => "offboard";

    public string Description => "a deleted, a living, an unreachable and an opted-out cluster give everything back";

    // Both trust modes: chained leaves traces in both accounts, direct in the hub alone.
    public WorldOptions World { get; } = new WorldOptions
    {
        EarlierWorkspaces = new Dictionary<string, string> { [Other] = TwinAccounts.HomeRegion },
    }.With(
        ("TrustMode", "chained"),
        ("MoreWorkspaceArns", $"{{{Other}}}"),
        ("Routes", $$$"""[{"name":"direct","workspaceArn":"{{{{Other}}}}","tags":{"trust":"direct"},"trustMode":"direct"}]"""));

    public async Task PlayAsync(Stage stage, CancellationToken cancellationToken)
    {
        var gone = await CreateAsync(stage, "gone", cancellationToken);
        var living = await CreateAsync(stage, "living", cancellationToken, deliveries: 0);
        var shut = await CreateAsync(stage, "shut-off", cancellationToken, ("trust", "direct"));
        var opting = await CreateAsync(stage, "opting-out", cancellationToken, ("trust", "direct"));
        await stage.World.ClusterOf(living).StackReady.WaitAsync(cancellationToken);
        var bystanders = new Bystanders(stage, living);
        await bystanders.PlantAsync(stage.Aws.Eks.Find(opting)!.Twin.Issuer, cancellationToken);
        var before = bystanders.Fingerprint();
        await stage.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{living}}"}""", cancellationToken);
        var clusters = ((string[])[gone, living, shut, opting]).Select(stage.Living).ToArray();
        foreach (var cluster in clusters)
            await CheckVerifiedAsync(stage, cluster, cancellationToken);

        stage.Expect(clusters[0], "Offboarded");
        stage.Expect(clusters[1], "Offboarded");
        stage.Expect(clusters[2], "Offboarding");
        stage.Expect(clusters[3], "OptedOut");
        stage.MayLeave(clusters[2]);
        stage.World.ClusterOf(shut).IsReachable = false;
        await LeaveAsync(stage, gone, living, shut, opting, cancellationToken);

        CompareBystanders(stage, before, bystanders.Fingerprint());
        await CheckShutOffAsync(stage, shut, cancellationToken);
    }

    private static async Task LeaveAsync(Stage stage, string gone, string living, string shut, string opting, CancellationToken cancellationToken)
    {
        var (watch, optingWatch) = (new CollectorWatch(stage, living), new CollectorWatch(stage, opting));
        stage.Say("one is deleted, one opts out by its tag, two are offboarded by hand; nobody reaches one of these");
        await stage.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{shut}}"}""", cancellationToken);
        await stage.Aws.TagClusterAsync(opting, new Dictionary<string, string?> { ["central-amp:onboard"] = "false" }, cancellationToken);
        await stage.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{living}}"}""", cancellationToken);
        var deleting = stage.DeleteAsync(gone, cancellationToken);
        await stage.UntilAsync("access is cut", () => IsCut(stage, living), cancellationToken);
        await watch.RestartAsync("while access is cut and its configuration is still there", cancellationToken);
        await deleting;
        await stage.QuietAsync(cancellationToken);
        watch.CheckQuiet();
        optingWatch.CheckQuiet();
        await watch.RestartAsync("after everything was given back", cancellationToken);
    }

    private static Task<string> CreateAsync(Stage stage, string name, CancellationToken cancellationToken, (string Name, string Value)? tag = null, int deliveries = 1) =>
        stage.CreateAsync(
            TwinAccounts.Member, TwinAccounts.HomeRegion, name, cancellationToken,
            tag is { } given ? new Dictionary<string, string> { [given.Name] = given.Value } : null, deliveries);

    private static async Task CheckVerifiedAsync(Stage stage, Incarnation cluster, CancellationToken cancellationToken)
    {
        var item = await stage.RegisteredAsync(cluster, cancellationToken);
        stage.Check($"{Arn.TryParse(cluster.ClusterArn)!.ResourceName} is verified before it leaves", item?.State == "Verified", $"{item?.State} {item?["cause"]}");
    }

    private static IamRole? IngestRole(Stage stage, string clusterArn) =>
        stage.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values.FirstOrDefault(role => role.Tags.GetValueOrDefault("central-amp:cluster-arn") == clusterArn);

    private static bool IsCut(Stage stage, string clusterArn) => IngestRole(stage, clusterArn) is not { } role
        || role.Policies.Any(policy => policy.Statements.Any(statement => !statement.Allows && statement.Actions.Contains("aps:RemoteWrite")));

    private static void CompareBystanders(Stage stage, IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        var differing = before.Keys.Union(after.Keys).Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name)).ToList();
        stage.Check($"{before.Count} things of other people are as they were, byte for byte", differing.Count == 0, string.Join(", ", differing));
    }

    private static async Task CheckShutOffAsync(Stage stage, string shut, CancellationToken cancellationToken)
    {
        stage.Check("of the unreachable cluster stays the ingest role, with an explicit Deny", IngestRole(stage, shut) is not null && IsCut(stage, shut));
        try
        {
            // Its credentials still resolve, or its Prometheus would not start again; they only open nothing any more.
            var key = await CollectorIdentity.Of(stage.World.ClusterOf(shut)).CredentialsAsync(stage.Aws, cancellationToken);
            var status = await CollectorIdentity.WriteAsync(stage.Aws, key, stage.Aws.EarlierWorkspaces[Other], TimeProvider.System.GetUtcNow(), cancellationToken);
            stage.Check("its collector has credentials and is denied", status == 403, status);
        }
        catch (AmazonServiceException e)
        {
            stage.Check("its collector has credentials and is denied", false, e.Message);
        }
    }
}
