using System.Collections.Concurrent;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Lambdas and executions that are killed at any point. A repetition converges to the same result.</summary>
public sealed class KilledTests(SharedTwin twin)
{
    private static readonly string[] Onboarding =
    [
        "ResolveCluster", "DescribeCluster", "EnsureClusterAccess", "StartElevation", "InstallRbac", "EndElevation", "PlanOnboarding", "EnsureTrust", "ProveIngest",
        "DeliverRemoteWrite", "VerifyIngest", "RecordOutcome",
    ];

    private static readonly string[] Offboarding =
    [
        "ResolveOffboarding", "CutAccess", "EnsureClusterAccess", "StartElevation", "InstallRbac", "EndElevation", "PlanOffboarding", "WithdrawRemoteWrite", "RemoveRbac",
        "RemoveClusterAccess", "RemoveTrust", "RecordOffboarding",
    ];

    [Fact]
    public async Task Every_Lambda_of_both_workflows_is_killed_before_and_after_its_work_and_nothing_is_duplicated_or_remains()
    {
        const string Name = "killed-everywhere";
        var arn = await twin.Workflows.SettledClusterAsync(Name, new());
        var (cluster, before) = (twin.World.ClusterOf(arn), twin.World.ClusterOf(arn).PodStarts.Count);

        var invocations = KillEach(Name);
        var onboarding = await twin.Workflows.OnboardAsync(arn);
        Assert.True((string?)onboarding.Record?["outcome"] == "Verified", Describe(onboarding));
        Assert.Equal(Onboarding.Order(StringComparer.Ordinal), Killed(invocations));
        Assert.Empty(twin.Workflows.Elevations(arn));
        Assert.Equal(1, cluster.PodStarts.Count - before);
        Assert.Equal("central-amp", (string?)Assert.Single(RemoteWrites(arn))!["name"]);
        Assert.Single(twin.Workflows.ManagedObjects(arn), item => item.Name.Contains(":role/", StringComparison.Ordinal));

        // Offboarding lacks one of the rights that it needs in the cluster, so it, too, has to install the RBAC.
        cluster.Delete("ClusterRoleBinding", "", "central-amp-read");
        invocations = KillEach(Name);
        var offboarding = await twin.Workflows.OffboardAsync(arn);
        Assert.True((string?)offboarding.Record?["outcome"] == "Offboarded", Describe(offboarding));
        Assert.Equal(Offboarding.Order(StringComparer.Ordinal), Killed(invocations));
        Assert.Empty(twin.Workflows.ManagedObjects(arn));
        Assert.Empty(RemoteWrites(arn));
        Assert.Empty(cluster.PodFailures);
        Assert.Equal("Offboarded", Assert.Single(await twin.Workflows.ItemsAsync(arn)).State);
        await twin.Workflows.DeleteClusterAsync(arn);
    }

    [Fact]
    public async Task The_next_execution_finishes_the_work_of_a_stopped_one()
    {
        const string Name = "stopped";
        var arn = await twin.Workflows.SettledClusterAsync(Name, new());

        await StopAtAsync(Name, "DeliverRemoteWrite", () => twin.Workflows.StartOnboardingAsync(arn));
        var onboarding = await twin.Workflows.OnboardAsync(arn);
        Assert.True((string?)onboarding.Record?["outcome"] == "Verified", Describe(onboarding));
        Assert.Single(RemoteWrites(arn));

        await StopAtAsync(Name, "WithdrawRemoteWrite", () => twin.World.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{arn}}"}""", CancellationToken.None));
        Assert.NotEmpty(twin.Workflows.ManagedObjects(arn));
        var offboarding = await twin.Workflows.OffboardAsync(arn);
        Assert.True((string?)offboarding.Record?["outcome"] == "Offboarded", Describe(offboarding));
        Assert.Empty(twin.Workflows.ManagedObjects(arn));
        Assert.Empty(twin.World.ClusterOf(arn).PodFailures);
        await twin.Workflows.DeleteClusterAsync(arn);
    }

    /// <summary>Each handler is killed after its work but before its answer, then before its work. The state machine's second retry succeeds.</summary>
    private ConcurrentDictionary<string, int> KillEach(string clusterName)
    {
        var invocations = new ConcurrentDictionary<string, int>();
        twin.OnInvocation(clusterName, handler => invocations.AddOrUpdate(handler, 1, (_, count) => count + 1) switch
        {
            1 => LambdaFault.DiesBeforeAnswer,
            2 => LambdaFault.DiesBeforeWork,
            _ => LambdaFault.None,
        });
        return invocations;
    }

    private static IEnumerable<string> Killed(ConcurrentDictionary<string, int> invocations) =>
        invocations.Where(handler => handler.Value > 2).Select(handler => handler.Key).Order(StringComparer.Ordinal);

    private async Task StopAtAsync(string clusterName, string function, Func<Task<string>> start)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        twin.OnInvocation(clusterName, handler =>
        {
            if (handler == function)
                reached.TrySetResult();
            return LambdaFault.None;
        });
        var execution = await start();
        await reached.Task.WaitAsync(Workflows.Limit);
        await twin.World.Aws.StopExecutionAsync(execution, CancellationToken.None);
        // Whether the engine reports FAILED or ABORTED depends on the timing of the stop. In both cases the execution stops in this state.
        var stopped = await twin.Workflows.WatchAsync(execution);
        Assert.True(stopped.Status != "SUCCEEDED" && stopped.States[^1].Name == function, Describe(stopped));
    }

    private IReadOnlyList<System.Text.Json.Nodes.JsonNode?> RemoteWrites(string arn)
    {
        var cluster = twin.World.ClusterOf(arn);
        return cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)!["spec"]!["remoteWrite"]?.AsArray() is { } entries ? [.. entries] : [];
    }

    private static string Describe(WatchedExecution execution) =>
        $"{execution.Status}: {string.Join(", ", execution.States.Select(state => $"{state.Name}({state.Retries})"))}; {execution.Record?.ToJsonString()}";
}
