using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Sweep;

/// <summary>Whole sweeps in the order of the state machine, with fakes behind the SDK's clients.</summary>
public sealed class WholeSweepTests
{
    [Fact]
    public async Task A_thousand_unchanged_clusters_cost_no_write_and_at_most_12_calls_each()
    {
        using var sweep = new SweepWalk(SweepWalk.Of(1000), Some.Settings);
        await sweep.RunAsync();
        Assert.Empty(sweep.Aws.Unplanned);
        Assert.Equal([new("Unchanged", 1000)], sweep.Record.Findings);
        Assert.Equal((SweepOutcome.Completed, 0), (sweep.Record.Outcome, sweep.Record.Orphans));
        Assert.Empty(sweep.Starts);
        // Includes the search for orphans, but not the lists of clusters.
        Assert.InRange(sweep.Aws.Calls.Where(call => call.Key != "ListClusters").Sum(call => call.Value) / 1000.0, 1, 12);
        Assert.Equal(500 * 17, sweep.Aws.Calls["ListClusters"]);
        Assert.InRange(sweep.LargestPayload, 1, 262_144 / 2);
    }

    [Theory]
    [InlineData(TrustModes.Direct, 7)]
    [InlineData(TrustModes.Chained, 9)]
    public async Task An_inspection_is_a_handful_of_calls_in_either_trust_mode(string trustMode, int expected)
    {
        using var sweep = new SweepWalk(SweepWalk.Of(20), Some.Settings with { TrustMode = trustMode });
        // The items are from before the facts: only the first inspection asks IAM, once in each account, for what they do not say.
        await sweep.InspectAsync(sweep.Fleet);
        var first = sweep.Aws.Calls.Values.Sum();
        Assert.Equal(((expected + (trustMode == TrustModes.Direct ? 1 : 2)) * 20) + 1, first);
        Assert.All(sweep.Registry.Items, item => Assert.Equal("stack-prometheus", item.Item.Facts.Onboarded()!.ServiceAccount));

        await sweep.InspectAsync(sweep.Fleet);
        Assert.Empty(sweep.Aws.Unplanned);
        // One call reads the workspace of all clusters, in each of the two.
        Assert.Equal(2, sweep.Aws.Calls["DescribeWorkspace"]);
        Assert.Equal(expected * 20 + 1, sweep.Aws.Calls.Values.Sum() - first);
        Assert.All(sweep.Registry.Items, item => Assert.Equal(Finding.Unchanged, item.Finding));
    }

    [Fact]
    public async Task A_shortened_list_of_accounts_is_braked_and_every_cluster_of_the_others_is_reported()
    {
        var settings = Some.Settings with { Sweep = new SweepSettings { Accounts = [SweepWalk.AccountOf(0)] } };
        using var sweep = new SweepWalk(SweepWalk.Of(40), settings);
        await sweep.RunAsync();
        await sweep.RunAsync();
        Assert.Equal([new("Unchanged", 2), new("Unlisted", 38)], sweep.Record.Findings);
        Assert.All(sweep.Registry.Items.Where(item => item.Finding == Finding.Unlisted), item => Assert.Equal("AccountNotListed", item.Cause));
        Assert.Equal(SweepOutcome.Braked, sweep.Record.Outcome);
        Assert.Empty(sweep.Starts);
    }

    [Fact]
    public async Task One_account_that_leaves_the_organization_is_cut_by_the_second_sweep_and_only_it()
    {
        var settings = Some.Settings with { Sweep = new SweepSettings { Accounts = [.. Enumerable.Range(1, 19).Select(SweepWalk.AccountOf)] } };
        using var sweep = new SweepWalk(SweepWalk.Of(40), settings);
        await sweep.RunAsync();
        Assert.Empty(sweep.Starts);
        await sweep.RunAsync();
        Assert.Equal([new("Unchanged", 38), new("Unlisted", 2)], sweep.Record.Findings);
        Assert.All(sweep.Starts, start => Assert.Equal((SweepWorkflow.Cut, SweepWalk.AccountOf(0)), (start.Workflow, ClusterArn.Parse(start.ClusterArn).AccountId)));
        Assert.Equal(2, sweep.Starts.Count);
    }

    [Fact]
    public async Task A_lost_member_role_removes_nothing_and_is_reported_with_its_clusters()
    {
        using var sweep = new SweepWalk(SweepWalk.Of(40), Some.Settings) { LostAccount = SweepWalk.AccountOf(3) };
        await sweep.RunAsync();
        await sweep.RunAsync();
        Assert.Equal([new("Unchanged", 38), new("Unreachable", 2)], sweep.Record.Findings);
        Assert.Equal("MemberRoleNotAssumable", sweep.Registry.Places[$"{SweepWalk.AccountOf(3)}/*"].Cause);
        Assert.Equal(1, sweep.Record.UnreachedPlaces);
        Assert.Empty(sweep.Starts);
    }

    [Fact]
    public async Task An_edited_route_that_moves_every_cluster_is_braked()
    {
        const string Other = "arn:aws:aps:us-east-1:111111111111:workspace/ws-2";
        using var sweep = new SweepWalk(SweepWalk.Of(40), Some.Settings);
        sweep.Settings = Some.Settings with { WorkspaceArn = Other };
        await sweep.RunAsync();
        Assert.Equal((SweepOutcome.Braked, "SweepBraked"), (sweep.Record.Outcome, sweep.Record.Cause));
        Assert.Equal([new("Reroute", 40)], sweep.Record.Findings);
        Assert.Empty(sweep.Starts);
    }

    [Fact]
    public async Task Clusters_that_two_sweeps_do_not_find_are_offboarded_unless_they_are_too_many()
    {
        using var few = new SweepWalk(SweepWalk.Of(40), Some.Settings);
        few.Delete(3);
        await few.RunAsync();
        Assert.Empty(few.Starts);
        await few.RunAsync();
        Assert.Equal(3, few.Starts.Count(start => start is { Workflow: SweepWorkflow.Offboard, Reason: "Swept" }));

        using var many = new SweepWalk(SweepWalk.Of(40), Some.Settings);
        many.Delete(4);
        await many.RunAsync();
        await many.RunAsync();
        Assert.Equal(SweepOutcome.Braked, many.Record.Outcome);
        Assert.Empty(many.Starts);
    }
}
