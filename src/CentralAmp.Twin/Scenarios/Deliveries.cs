using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Ten clusters as they are found in an organization: each is served its own way, or is told why not.</summary>
public sealed class Deliveries : IScenario
{
    private static readonly ClusterBehaviour Quick = new() { ActiveAfter = TimeSpan.FromSeconds(1), OperatorAfter = TimeSpan.FromSeconds(1), PodStart = TimeSpan.FromMilliseconds(500) };

    public string Name => "deliveries";

    public string Description => "10 clusters: bare, with and without storage, owned by Helm and by GitOps, replicated, with a foreign role, sending already, unreachable by rights and by network";

    public WorldOptions World { get; } = new WorldOptions().With(
        ("AgentGraceSeconds", "15"),
        // A dozen and more Prometheus on one machine take their time, and own agents scrape every 30 seconds.
        ("RolloutAttempts", "30"),
        ("VerifyAttempts", "40"));

    /// <summary>The clusters of the issue, each with what it must end as.</summary>
    private static IReadOnlyList<ServedCluster> Plan { get; } =
    [
        new("bare", "Verified", "agent") { Behaviour = Quick with { HasOperator = false, Nodes = 0 } },
        new("untouched", "Verified", "prometheus") { Behaviour = Quick },
        new("without-storage", "Verified", "prometheus-agent") { Behaviour = Quick with { PersistentStorage = false } },
        new("helm-owned", "Verified", "prometheus-agent") { Behaviour = Quick with { RemoteWriteOwner = RemoteWriteOwner.Helm } },
        new("gitops-owned", "Verified", "prometheus-agent") { Behaviour = Quick with { RemoteWriteOwner = RemoteWriteOwner.GitOps, GitOpsInterval = TimeSpan.FromSeconds(5) } },
        new("pair", "Verified", "prometheus") { Behaviour = Quick with { Replicas = 2, RemoteWriteOwner = RemoteWriteOwner.HelmElsewhere, ExternalLabels = new Dictionary<string, string> { ["cluster"] = "shop" } } },
        new("foreign-role", "Verified", "prometheus-agent") { Behaviour = Quick with { ForeignRole = $"arn:aws:iam::{TwinAccounts.Member}:role/thanos" } },
        new("by-hand", "Blocked", Cause: "AlreadySending") { Behaviour = Quick },
        new("config-map", "Blocked", Cause: "AuthenticationModeConfigMap") { Behaviour = Quick with { AuthenticationMode = "CONFIG_MAP" } },
        new("private", "Blocked", Cause: "EndpointUnreachable") { Behaviour = Quick with { Endpoint = EndpointKind.Unreachable } },
    ];

    public async Task PlayAsync(Stage stage, CancellationToken cancellationToken)
    {
        foreach (var cluster in Plan)
            await stage.World.CreateClusterAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, cluster.Name, new Dictionary<string, string>(), cluster.Behaviour, 0, cancellationToken);
        stage.Say($"created: {string.Join(", ", Plan.Select(cluster => cluster.Name))}");
        foreach (var cluster in Plan.Where(cluster => cluster.Behaviour.HasOperator))
            await stage.World.ClusterOf(cluster.Arn).StackReady.WaitAsync(cancellationToken);
        await stage.UntilAsync("all clusters are ACTIVE", () => Plan.All(cluster => stage.Aws.Eks.Find(cluster.Arn)!.Status == "ACTIVE"), cancellationToken);
        var byHand = new HandMade(stage, Plan.Single(cluster => cluster.Name == "by-hand").Arn);
        await byHand.SetUpAsync(cancellationToken);
        var watch = new DeliveriesWatch(stage, Plan, byHand);

        await OnboardAsync(stage, cancellationToken);
        await watch.CheckOutcomesAsync(cancellationToken);
        await stage.FreezeAsync(cancellationToken);
        await watch.CheckOthersAsync("after onboarding", cancellationToken);
        watch.CheckOwners();
        await watch.CheckPairAsync(cancellationToken);
        await watch.CheckAgainAsync(cancellationToken);
        // Both mostly wait for samples, each for those of other clusters.
        await Task.WhenAll(
            new Profiles(stage, Plan.Single(cluster => cluster.Name == "untouched")).CheckAsync(cancellationToken),
            CheckWritingAndMoveAsync(stage, watch, cancellationToken));

        await OffboardAsync(stage, cancellationToken);
        await watch.CheckOthersAsync("after offboarding", cancellationToken);
    }

    private static async Task CheckWritingAndMoveAsync(Stage stage, DeliveriesWatch watch, CancellationToken cancellationToken)
    {
        await watch.CheckWritingAsync(cancellationToken);
        await new Move(stage, Plan.Single(cluster => cluster.Name == "bare"), watch).CheckAsync(cancellationToken);
    }

    private static async Task OnboardAsync(Stage stage, CancellationToken cancellationToken)
    {
        foreach (var cluster in Plan)
        {
            stage.Expect(stage.Living(cluster.Arn), cluster.Outcome);
            await stage.Aws.StartExecutionAsync(Machine.Onboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);
        }

        var bare = Plan.Single(cluster => cluster.Name == "bare");
        await stage.UntilAsync("the bare cluster is parked", async () => (await stage.RegisteredAsync(stage.Living(bare.Arn), cancellationToken))?.State == "Parked", cancellationToken);
        // For longer than the grace: a cluster without nodes gets nothing, however long it waits.
        await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
        stage.Check("a bare cluster without nodes is parked and gets nothing", stage.World.ClusterOf(bare.Arn).List("StatefulSet").Count == 0);
        stage.Say("a node joins the bare cluster");
        stage.World.ClusterOf(bare.Arn).AddNode("ip-10-0-0-1.ec2.internal");
        await stage.QuietAsync(cancellationToken);
    }

    private static async Task OffboardAsync(Stage stage, CancellationToken cancellationToken)
    {
        stage.Say("all of them are offboarded");
        foreach (var cluster in Plan)
        {
            // Nobody reaches it, so something may stay, and is named.
            if (cluster.Behaviour.Endpoint != EndpointKind.Answers)
                stage.MayLeave(stage.Living(cluster.Arn));
            await stage.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);
        }
        await stage.QuietAsync(cancellationToken);
    }
}

/// <summary>A cluster of the scenario and how it must be served.</summary>
/// <param name="Delivery">Of one that is verified.</param>
/// <param name="Cause">Of one that is blocked.</param>
public sealed record ServedCluster(string Name, string Outcome, string? Delivery = null, string? Cause = null)
{
    public required ClusterBehaviour Behaviour { get; init; }

    public string Arn => $"arn:aws:eks:{TwinAccounts.HomeRegion}:{TwinAccounts.Member}:cluster/{Name}";
}
