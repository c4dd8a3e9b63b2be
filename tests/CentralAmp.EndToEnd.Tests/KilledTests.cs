using System.Collections.Concurrent;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Lambdas and executions that die anywhere: what is repeated converges.</summary>
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
    public async Task Every_Lambda_of_both_roads_is_killed_after_its_work_and_before_it_and_nothing_is_doubled_or_left()
    {
        const string Name = "killed-everywhere";
        var arn = await twin.Road.SettledClusterAsync(Name, new());
        var (cluster, before) = (twin.World.ClusterOf(arn), twin.World.ClusterOf(arn).PodStarts.Count);

        var invocations = KillEach(Name);
        var onboarding = await twin.Road.TakeAsync(arn);
        Assert.True((string?)onboarding.Record?["outcome"] == "Verified", Describe(onboarding));
        Assert.Equal(Onboarding.Order(StringComparer.Ordinal), Killed(invocations));
        Assert.Empty(twin.Road.Elevations(arn));
        Assert.Equal(1, cluster.PodStarts.Count - before);
        Assert.Equal("central-amp", (string?)Assert.Single(RemoteWrites(arn))!["name"]);
        Assert.Single(twin.Road.Left(arn), thing => thing.Name.Contains(":role/", StringComparison.Ordinal));

        // Of the rights that offboarding needs in the cluster one is missing, so that it, too, has to install them.
        cluster.Delete("ClusterRoleBinding", "", "central-amp-read");
        invocations = KillEach(Name);
        var offboarding = await twin.Road.OffboardAsync(arn);
        Assert.True((string?)offboarding.Record?["outcome"] == "Offboarded", Describe(offboarding));
        Assert.Equal(Offboarding.Order(StringComparer.Ordinal), Killed(invocations));
        Assert.Empty(twin.Road.Left(arn));
        Assert.Empty(RemoteWrites(arn));
        Assert.Empty(cluster.Troubles);
        Assert.Equal("Offboarded", Assert.Single(await twin.Road.ItemsAsync(arn)).State);
        await twin.Road.DoneWithAsync(arn);
    }

    [Fact]
    public async Task An_execution_that_is_stopped_half_way_is_finished_by_the_next_one()
    {
        const string Name = "stopped";
        var arn = await twin.Road.SettledClusterAsync(Name, new());

        await StopAtAsync(Name, "DeliverRemoteWrite", () => twin.Road.StartAsync(arn));
        var onboarding = await twin.Road.TakeAsync(arn);
        Assert.True((string?)onboarding.Record?["outcome"] == "Verified", Describe(onboarding));
        Assert.Single(RemoteWrites(arn));

        await StopAtAsync(Name, "WithdrawRemoteWrite", () => twin.World.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{arn}}"}""", CancellationToken.None));
        Assert.NotEmpty(twin.Road.Left(arn));
        var offboarding = await twin.Road.OffboardAsync(arn);
        Assert.True((string?)offboarding.Record?["outcome"] == "Offboarded", Describe(offboarding));
        Assert.Empty(twin.Road.Left(arn));
        Assert.Empty(twin.World.ClusterOf(arn).Troubles);
        await twin.Road.DoneWithAsync(arn);
    }

    /// <summary>As often as the state machine repeats what died: its work done and not answered, then not begun, then well.</summary>
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
        await reached.Task.WaitAsync(Road.Limit);
        await twin.World.Aws.StopExecutionAsync(execution, CancellationToken.None);
        // The engine calls it FAILED or ABORTED, as the stop meets the state's end; either way it comes no further.
        var stopped = await twin.Road.WatchAsync(execution);
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
