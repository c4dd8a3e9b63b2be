using System.Text.Json;
using CentralAmp.Failures;
using CentralAmp.StateMachines.Tests.Engine;
using CentralAmp.Sweep;

namespace CentralAmp.StateMachines.Tests.Sweep;

public sealed class SweepFleetTests(SweepEngine engine)
{
    [Fact]
    public async Task Every_account_region_page_and_cluster_is_inspected_once()
    {
        var world = new SweepWorld
        {
            Accounts = [["111111111111", "222222222222"], ["333333333333"]],
            Regions = ["us-east-1", "eu-west-1"],
            ClustersOf = (_, _) => [["a", "b"], ["c"]],
            Registered = [[new("arn:aws:eks:us-east-1:222222222222:cluster/x", 5, AccountListed: true)], [new("arn:aws:eks:us-east-1:444444444444:cluster/y", 6, AccountListed: false)]],
        };
        var run = await engine.RunAsync(world);
        Assert.True(run.Status == "SUCCEEDED", run.ToString());

        var listed = world.CallsOf("InspectCluster").Where(call => !call.TryGetProperty("createdAt", out _)).Select(call => call.GetProperty("clusterArn").GetString()!).ToList();
        Assert.Equal(3 * 2 * 3, listed.Count);
        Assert.Equal(listed.Count, listed.Distinct().Count());
        Assert.Equal([(5, true), (6, false)], world.CallsOf("InspectCluster").Where(call => call.TryGetProperty("createdAt", out _))
            .Select(call => (call.GetProperty("createdAt").GetInt32(), call.GetProperty("accountListed").GetBoolean())).Order());
        // Two pages in each account, and in the hub.
        Assert.Equal(4 * 2, world.CallsOf("FindOrphans").Count);
        Assert.True(world.CallsOf("ListRegistered")[0].GetProperty("accountsListed").GetBoolean());
        Assert.Single(world.CallsOf("EndSweep"));
    }

    [Fact]
    public async Task No_more_work_is_done_in_parallel_than_the_limits_allow()
    {
        var world = new SweepWorld
        {
            Accounts = [[.. Enumerable.Range(1, 7).Select(n => $"{n:D12}")]],
            Regions = ["us-east-1", "eu-west-1", "eu-west-2"],
            ClustersOf = (_, _) => [["a", "b", "c", "d", "e"]],
            Meets = ["ListClusters", "InspectCluster"],
        };
        await engine.RunAsync(world);
        Assert.Equal(7 * 3 * 5, world.CallsOf("InspectCluster").Count);
        Assert.InRange(world.MostAtOnce("ListClusters"), 2, SweepDefinition.Accounts * SweepDefinition.Regions);
        Assert.InRange(world.MostAtOnce("InspectCluster"), 2, SweepDefinition.Accounts * SweepDefinition.Regions * SweepDefinition.Clusters);
        Assert.InRange(world.MostAtOnce("FindOrphans"), 1, SweepDefinition.Accounts);
    }

    [Fact]
    public async Task A_failure_of_one_account_region_or_cluster_is_recorded_and_the_rest_continues()
    {
        var world = new SweepWorld
        {
            Accounts = [["222222222222", "333333333333"]],
            Regions = ["us-east-1", "eu-west-1"],
            ClustersOf = (_, _) => [["a", "b"]],
            Breaks = (function, request) => function switch
            {
                _ when request.TryGetProperty("failure", out _) => null,
                "ListClusters" when Has(request, "accountId", "222222222222") && Has(request, "region", "eu-west-1") => Answer.Dies("Sandbox.Timedout"),
                "InspectCluster" when Has(request, "clusterArn", "arn:aws:eks:us-east-1:222222222222:cluster/a") => Answer.Throws<TransientException>(Causes.Throttled),
                "FindOrphans" when Has(request, "accountId", "333333333333") => Answer.Dies("SomeBug"),
                _ => null,
            },
        };
        var run = await engine.RunAsync(world);
        Assert.True(run.Status == "SUCCEEDED", run.ToString());

        var inspected = world.CallsOf("InspectCluster");
        Assert.Equal(6, inspected.Select(call => call.GetProperty("clusterArn").GetString()).Distinct().Count());
        var failure = Assert.Single(inspected, call => call.TryGetProperty("failure", out _)).GetProperty("failure");
        Assert.Equal(Causes.Throttled, FailureMessage.Parse(failure.GetProperty("Error").GetString(), failure.GetProperty("Cause").GetString()).Cause);
        Assert.Equal(
            ["222222222222 eu-west-1 Sandbox.Timedout", "333333333333 * SomeBug"],
            world.CallsOf("ListClusters").Where(call => call.TryGetProperty("failure", out _))
                .Select(call => $"{call.GetProperty("accountId")} {call.GetProperty("region")} {call.GetProperty("failure").GetProperty("Error")}").Order());
    }

    [Fact]
    public async Task A_failure_that_cannot_be_recorded_fails_nothing_else()
    {
        var world = new SweepWorld
        {
            ClustersOf = (_, _) => [["a", "b"]],
            Breaks = (function, request) => function == "InspectCluster" && Has(request, "clusterArn", "arn:aws:eks:us-east-1:222222222222:cluster/a") ? Answer.Dies("SomeBug") : null,
        };
        Assert.Equal("SUCCEEDED", (await engine.RunAsync(world)).Status);
        Assert.Single(world.CallsOf("InspectCluster"), call => Has(call, "clusterArn", "arn:aws:eks:us-east-1:222222222222:cluster/b"));
    }

    [Fact]
    public async Task Without_a_list_of_accounts_the_registered_clusters_are_inspected_and_the_sweep_fails()
    {
        var world = new SweepWorld
        {
            Breaks = (function, _) => function == "ListAccounts" ? Answer.Throws<BlockedException>(Causes.OrganizationsDenied) : null,
            Registered = [[new("arn:aws:eks:us-east-1:222222222222:cluster/x", 5, AccountListed: true)]],
        };
        var run = await engine.RunAsync(world);
        Assert.Equal(("FAILED", "CauseFailed"), (run.Status, run.Error));
        Assert.False(world.CallsOf("ListRegistered").Single().GetProperty("accountsListed").GetBoolean());
        Assert.Single(world.CallsOf("InspectCluster"));
        var failure = world.CallsOf("EndSweep").Single().GetProperty("failure");
        Assert.Equal(Causes.OrganizationsDenied, FailureMessage.Parse(failure.GetProperty("Error").GetString(), failure.GetProperty("Cause").GetString()).Cause);
    }

    [Theory]
    [InlineData(SweepNext.Stop, "SUCCEEDED", null)]
    [InlineData(SweepNext.Refuse, "FAILED", "RoutesInvalid")]
    public async Task A_sweep_that_may_not_begin_inspects_nothing(SweepNext next, string status, string? error)
    {
        var world = new SweepWorld { Next = next };
        var run = await engine.RunAsync(world);
        Assert.Equal((status, error), (run.Status, run.Error));
        Assert.Empty(world.CallsOf("ListAccounts"));
        Assert.Empty(world.CallsOf("EndSweep"));
    }

    [Theory]
    [InlineData(SweepAction.Observe, "SUCCEEDED", null)]
    [InlineData(SweepAction.Brake, "FAILED", "CauseBraked")]
    public async Task A_sweep_that_observes_or_brakes_starts_nothing_and_the_brake_is_a_failed_execution(SweepAction action, string status, string? error)
    {
        var world = new SweepWorld { Action = action, Starts = [[SweepWorkflow.Onboard]] };
        var run = await engine.RunAsync(world);
        Assert.Equal((status, error), (run.Status, run.Error));
        Assert.Empty(world.CallsOf("ListFindings"));
        Assert.Empty(world.Started);
        Assert.NotEmpty(world.CallsOf("ExpectSamples"));
    }

    [Fact]
    public async Task Grants_are_revoked_and_clusters_cut_by_the_sweep_itself()
    {
        var world = new SweepWorld { Starts = [[SweepWorkflow.Revoke, SweepWorkflow.Cut]] };
        var run = await engine.RunAsync(world);
        Assert.True(run.Status == "SUCCEEDED", run.ToString());
        Assert.Empty(world.Started);
        Assert.Equal(
            ["Cut 7 ", "Revoke 7 arn:aws:aps:us-east-1:111111111111:workspace/ws-old"],
            world.CallsOf("RemoveOldGrant").Select(call => call.GetProperty("revocation"))
                .Select(revocation => $"{revocation.GetProperty("kind")} {revocation.GetProperty("createdAt")} {revocation.GetProperty("workspaceArn")}").Order());
    }

    [Fact]
    public async Task A_grant_that_cannot_be_revoked_is_recorded_with_its_cluster()
    {
        var world = new SweepWorld
        {
            Starts = [[SweepWorkflow.Revoke, SweepWorkflow.Onboard]],
            Breaks = (function, _) => function == "RemoveOldGrant" ? Answer.Throws<BlockedException>(Causes.HubPermissionMissing) : null,
        };
        Assert.Equal("SUCCEEDED", (await engine.RunAsync(world)).Status);
        Assert.Single(world.Started);
        var failure = Assert.Single(world.CallsOf("InspectCluster"), call => call.TryGetProperty("failure", out _)).GetProperty("failure");
        Assert.Equal(Causes.HubPermissionMissing, FailureMessage.Parse(failure.GetProperty("Error").GetString(), failure.GetProperty("Cause").GetString()).Cause);
    }

    [Fact]
    public async Task Each_finding_starts_one_execution_with_a_unique_name()
    {
        var world = new SweepWorld { Starts = [[SweepWorkflow.Onboard, SweepWorkflow.Offboard, SweepWorkflow.Onboard], [SweepWorkflow.Onboard]] };
        var run = await engine.RunAsync(world);
        Assert.True(run.Status == "SUCCEEDED", run.ToString());
        Assert.Equal(4, world.Started.Count);
        var offboarding = world.Started[$"{world.SweepId}-1"];
        Assert.EndsWith("OffboardClusterArn", offboarding.GetProperty("stateMachineArn").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/c1","createdAt":7,"reason":"Swept"}""", Compact(offboarding));
        Assert.Equal("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/c0"}""", Compact(world.Started[$"{world.SweepId}-0"]));
        Assert.Equal([50, 49], world.CallsOf("ListFindings").Select(call => call.GetProperty("newLeft").GetInt32()));
    }

    [Fact]
    public async Task The_accounts_that_are_braked_are_known_where_the_executions_are_listed()
    {
        var world = new SweepWorld { Braked = ["222222222222"], Starts = [[SweepWorkflow.Onboard], [SweepWorkflow.Onboard]] };
        await engine.RunAsync(world);
        Assert.Equal(["222222222222", "222222222222"], world.CallsOf("ListFindings").Select(call => Assert.Single(call.GetProperty("braked").EnumerateArray()).GetString()));
    }

    [Fact]
    public async Task An_execution_that_exists_already_is_accepted_and_one_that_cannot_be_started_is_recorded()
    {
        var world = new SweepWorld
        {
            Starts = [[SweepWorkflow.Onboard, SweepWorkflow.Onboard, SweepWorkflow.Offboard]],
            RefusedStart = number => number switch { 0 => "ExecutionAlreadyExists", 2 => "StateMachineDeleting", _ => null },
        };
        var run = await engine.RunAsync(world);
        Assert.True(run.Status == "SUCCEEDED", run.ToString());
        Assert.Single(world.Started);
        var recorded = Assert.Single(world.CallsOf("InspectCluster"), call => call.TryGetProperty("failure", out _));
        Assert.EndsWith("cluster/c2", recorded.GetProperty("clusterArn").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_of_full_pages_stays_far_below_262144_bytes()
    {
        var name = new string('x', 100);
        var world = new SweepWorld
        {
            // A page has 200 accounts at most, and each child execution gets all regions. A unit test covers the size of the child executions.
            Accounts = [[.. Enumerable.Range(1, ListAccountsStep.PageSize).Select(n => $"{n:D12}")]],
            Regions = [],
            Registered = [[.. Enumerable.Range(0, 200).Select(n => new RegisteredCluster($"arn:aws:eks:ap-southeast-1:222222222222:cluster/{name}", 1767323045000 + n, AccountListed: true))]],
        };
        var run = await engine.RunAsync(world);
        Assert.True(run.Status == "SUCCEEDED", run.ToString());
        Assert.Equal(200, world.CallsOf("InspectCluster").Count);
        Assert.InRange(run.LargestData, 1, 100_000);
    }

    [Theory]
    [InlineData("ListAccounts")]
    [InlineData("ListRegistered")]
    [InlineData("DecideSweep")]
    [InlineData("ListFindings")]
    public async Task Every_page_of_the_registry_is_expected_even_if_the_sweep_fails(string broken)
    {
        var world = new SweepWorld { Expected = [3, 2, 1], Breaks = (function, _) => function == broken ? Answer.Dies("SomeBug") : null };
        Assert.Equal("FAILED", (await engine.RunAsync(world)).Status);
        Assert.Equal([null, "1", "2"], world.CallsOf("ExpectSamples").Select(call => call.TryGetProperty("next", out var next) ? next.GetString() : null));
        Assert.Equal("SomeBug", world.CallsOf("EndSweep").Single().GetProperty("failure").GetProperty("Error").GetString());
    }

    [Fact]
    public async Task The_failure_of_a_workspace_is_passed_over_the_pages_to_the_end()
    {
        var world = new SweepWorld
        {
            Expected = [1, 1],
            Breaks = (function, request) => function == "ExpectSamples" && request.GetProperty("next").ValueKind == JsonValueKind.Null
                ? Answer.Result(new ExpectSamplesResult(0, new CaughtFailure("BlockedException", "SomeCause: one. Remedy: two."), "1"))
                : null,
        };
        Assert.Equal(("FAILED", "CauseFailed"), ((await engine.RunAsync(world)) is var run ? run.Status : "", run.Error));
        Assert.Equal("BlockedException", world.CallsOf("EndSweep").Single().GetProperty("silence").GetProperty("failure").GetProperty("Error").GetString());
    }

    [Fact]
    public async Task A_failure_of_ExpectSamples_fails_the_sweep_after_all_other_work_is_done()
    {
        var world = new SweepWorld { Breaks = (function, _) => function == "ExpectSamples" ? Answer.Throws<TransientException>(Causes.WorkspaceThrottled) : null };
        var run = await engine.RunAsync(world);
        Assert.Equal(("FAILED", "CauseFailed"), (run.Status, run.Error));
        Assert.Equal("TransientException", world.CallsOf("EndSweep").Single().GetProperty("silence").GetProperty("failure").GetProperty("Error").GetString());
    }

    private static bool Has(JsonElement request, string field, string value) => request.TryGetProperty(field, out var given) && given.GetString() == value;

    private static string Compact(JsonElement start)
    {
        using var input = JsonDocument.Parse(start.GetProperty("input").GetString()!);
        return JsonSerializer.Serialize(input.RootElement);
    }
}
