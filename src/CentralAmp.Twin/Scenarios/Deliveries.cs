using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Ten clusters as an organization has them: each gets the delivery that fits it, or is blocked with a cause.</summary>
public sealed class Deliveries : IScenario
{
    private static readonly ClusterBehaviour Quick = new() { ActiveAfter = TimeSpan.FromSeconds(1), OperatorAfter = TimeSpan.FromSeconds(1), PodStart = TimeSpan.FromMilliseconds(500) };

    public string Name => "deliveries";

    public string Description => "10 clusters: bare, with and without storage, owned by Helm and by GitOps, replicated, with a foreign role, sending already, unreachable by rights and by network";

    public WorldOptions World { get; } = new WorldOptions().With(
        ("AgentGraceSeconds", "15"),
        // More than a dozen Prometheus processes on one machine are slow, and managed agents scrape only every 30 seconds.
        ("RolloutAttempts", "30"),
        ("VerifyAttempts", "40"));

    /// <summary>The clusters, each with its expected outcome.</summary>
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

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        foreach (var cluster in Plan)
            await context.World.CreateClusterAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, cluster.Name, new Dictionary<string, string>(), cluster.Behaviour, 0, cancellationToken);
        context.Log($"created: {string.Join(", ", Plan.Select(cluster => cluster.Name))}");
        foreach (var cluster in Plan.Where(cluster => cluster.Behaviour.HasOperator))
            await context.World.ClusterOf(cluster.Arn).StackReady.WaitAsync(cancellationToken);
        await context.UntilAsync("all clusters are ACTIVE", () => Plan.All(cluster => context.Aws.Eks.Find(cluster.Arn)!.Status == "ACTIVE"), cancellationToken);
        var manual = new ManualSetup(context, Plan.Single(cluster => cluster.Name == "by-hand").Arn);
        await manual.SetUpAsync(cancellationToken);
        var watch = new DeliveriesWatch(context, Plan, manual);

        await OnboardAsync(context, cancellationToken);
        await watch.CheckOutcomesAsync(cancellationToken);
        await context.FreezeAsync(cancellationToken);
        await watch.CheckUnmanagedAsync("after onboarding", cancellationToken);
        watch.CheckOwners();
        await watch.CheckPairAsync(cancellationToken);
        await watch.CheckAgainAsync(cancellationToken);
        // Both mostly wait for samples, each for those of other clusters.
        await Task.WhenAll(
            new Profiles(context, Plan.Single(cluster => cluster.Name == "untouched")).CheckAsync(cancellationToken),
            CheckWritingAndMoveAsync(context, watch, cancellationToken));

        await OffboardAsync(context, cancellationToken);
        await watch.CheckUnmanagedAsync("after offboarding", cancellationToken);
    }

    private static async Task CheckWritingAndMoveAsync(ScenarioContext context, DeliveriesWatch watch, CancellationToken cancellationToken)
    {
        await watch.CheckWritingAsync(cancellationToken);
        await new DeliveryMove(context, Plan.Single(cluster => cluster.Name == "bare"), watch).CheckAsync(cancellationToken);
    }

    private static async Task OnboardAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        foreach (var cluster in Plan)
        {
            context.Expect(context.Living(cluster.Arn), cluster.Outcome);
            await context.Aws.StartExecutionAsync(Machine.Onboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);
        }

        var bare = Plan.Single(cluster => cluster.Name == "bare");
        await context.UntilAsync("the bare cluster is parked", async () => (await context.RegisteredAsync(context.Living(bare.Arn), cancellationToken))?.State == "Parked", cancellationToken);
        // Longer than the grace time: a cluster without nodes never gets an agent.
        await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
        context.Check("a bare cluster without nodes is parked and gets no workload", context.World.ClusterOf(bare.Arn).List("StatefulSet").Count == 0);
        context.Log("a node joins the bare cluster");
        context.World.ClusterOf(bare.Arn).AddNode("ip-10-0-0-1.ec2.internal");
        await context.QuietAsync(cancellationToken);
    }

    private static async Task OffboardAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        context.Log("offboarding all clusters");
        foreach (var cluster in Plan)
        {
            // CentralAmp cannot reach this cluster, so objects may remain; the report lists them.
            if (cluster.Behaviour.Endpoint != EndpointKind.Answers)
                context.AllowRemaining(context.Living(cluster.Arn));
            await context.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);
        }
        await context.QuietAsync(cancellationToken);
    }
}

/// <summary>A cluster of the scenario with its expected outcome.</summary>
/// <param name="Delivery">Expected delivery of a verified cluster.</param>
/// <param name="Cause">Expected cause of a blocked cluster.</param>
public sealed record ServedCluster(string Name, string Outcome, string? Delivery = null, string? Cause = null)
{
    public required ClusterBehaviour Behaviour { get; init; }

    public string Arn => $"arn:aws:eks:{TwinAccounts.HomeRegion}:{TwinAccounts.Member}:cluster/{Name}";
}
