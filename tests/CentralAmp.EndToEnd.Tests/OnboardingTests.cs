using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Runs;

namespace CentralAmp.EndToEnd.Tests;

public sealed class OnboardingTests(SharedTwin twin)
{
    [Fact]
    public async Task A_cluster_is_verified_when_its_own_samples_are_in_the_workspace()
    {
        var run = await twin.FirstRunAsync();

        Assert.Equal("Verified", (string?)run.Onboarding.Record?["outcome"]);
        var series = await twin.World.QueryAsync("""count({cluster="first.us-east-1.222222222222",cluster_name="first",account_id="222222222222",region="us-east-1",job!=""})""", TestContext.Current.CancellationToken);
        Assert.True(series > 100, $"{series} series");
    }

    [Fact]
    public async Task One_onboarding_takes_at_most_forty_transitions()
    {
        var run = await twin.FirstRunAsync();

        Assert.True(run.Onboarding.Transitions <= 40, Describe(run.Onboarding));
    }

    [Fact]
    public async Task A_second_run_writes_nothing_rolls_no_pod_and_takes_few_calls()
    {
        var run = await twin.FirstRunAsync();

        Assert.Equal("Verified", (string?)run.Again.Record?["outcome"]);
        Assert.False((bool)run.Again.Record!["changed"]!);
        Assert.DoesNotContain(run.AgainCalls, CallAccounting.CountsAsWrite);
        Assert.Equal(0, run.AgainRolled);
        var calls = run.AgainCalls.Where(CallAccounting.CountsAsAwsCall).Select(call => $"{call.Service}:{call.Action} {call.Status}").ToList();
        Assert.True(calls.Count <= 15, string.Join(", ", calls));
        Assert.DoesNotContain(run.Again.States, state => state.Name is "StartElevation" or "ProveIngest" or "WithdrawRemoteWrite");
    }

    [Fact]
    public async Task Onboarding_rolls_the_pods_once()
    {
        var run = await twin.FirstRunAsync();

        Assert.Equal(1, run.Rolled);
    }

    [Fact]
    public async Task A_cluster_whose_event_arrives_while_it_is_CREATING_is_verified_once_it_and_its_collector_are_ready()
    {
        var execution = await twin.EventRunAsync();

        Assert.Equal("Verified", (string?)execution.Record?["outcome"]);
        Assert.Contains(execution.States, state => state.Name == "WaitForCluster");
    }

    [Fact]
    public async Task A_cluster_without_a_collector_is_parked_until_one_appears()
    {
        var execution = await twin.EventRunAsync();

        Assert.Contains(execution.States, state => state.Name == "WaitForCollector");
        Assert.DoesNotContain(execution.States.TakeWhile(state => state.Name != "WaitForCollector"), state => state.Name == "EnsureTrust");
    }

    [Fact]
    public async Task A_stale_elevation_is_removed_by_the_next_run()
    {
        var run = await twin.StaleElevationRunAsync();

        Assert.Equal("Verified", (string?)run.Execution.Record?["outcome"]);
        Assert.Empty(twin.Workflows.Elevations(run.ClusterArn));
    }

    [Fact]
    public async Task Drift_in_AWS_is_repaired_once()
    {
        var run = await twin.DriftRunAsync();

        Assert.Equal("Verified", (string?)run.Repair.Record?["outcome"]);
        Assert.True((bool)run.Repair.Record!["changed"]!);
        Assert.Equal("Verified", (string?)run.After.Record?["outcome"]);
        Assert.False((bool)run.After.Record!["changed"]!);
    }

    [Fact]
    public async Task An_event_delivered_twice_and_a_manual_execution_at_once_do_the_work_of_one()
    {
        var arn = await twin.Workflows.SettledClusterAsync("thrice", new());
        await Task.WhenAll(
            twin.World.Aws.RepeatEventAsync(arn, "CreateCluster", TestContext.Current.CancellationToken),
            twin.World.Aws.RepeatEventAsync(arn, "CreateCluster", TestContext.Current.CancellationToken),
            twin.Workflows.StartOnboardingAsync(arn));
        IReadOnlyList<string> executions = [];
        for (var tries = 0; tries < 100 && executions.Count < 3; tries++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            executions = await twin.Workflows.ExecutionsOfAsync("thrice");
        }

        var ended = await Task.WhenAll(executions.Select(twin.Workflows.WatchAsync));

        Assert.Equal(3, ended.Length);
        Assert.All(ended, execution => Assert.True(execution.Status == "SUCCEEDED", Describe(execution)));
        // Whoever looks last goes on; the others stop before their next write.
        Assert.All(ended, execution => Assert.Contains((string?)execution.Record?["outcome"], (string[])["Verified", "Superseded"]));
        Assert.Contains(ended, execution => (string?)execution.Record?["outcome"] == "Verified");
        Assert.Empty(twin.Workflows.Elevations(arn));
        var cluster = twin.World.ClusterOf(arn);
        var entries = cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)!["spec"]!["remoteWrite"]!.AsArray();
        Assert.Equal("central-amp", (string?)Assert.Single(entries)!["name"]);
        Assert.Equal(1, Created("iam:CreateRole", "central-amp-thrice-"));
        Assert.Equal(1, Created("iam:CreateOpenIDConnectProvider", cluster.Issuer["https://".Length..]));
        await twin.Workflows.DeleteClusterAsync(arn);
    }

    private int Created(string action, string part) =>
        twin.World.Calls.Since(0).Count(call => $"{call.Service}:{call.Action}" == action && call.Resource.Contains(part, StringComparison.Ordinal) && call.Status < 300);

    private static string Describe(WatchedExecution execution) =>
        $"{execution.Status}, {execution.Transitions} transitions: {string.Join(", ", execution.States.Select(state => $"{state.Name}({state.Retries})"))}; {execution.Record?.ToJsonString()}";
}
