using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Sweep;

public sealed class SweepDeciderTests
{
    private static readonly SweepReference Sweep = new("sweep-2", Some.Noon, "sweep-1");

    [Theory]
    [InlineData(0, 3)]
    [InlineData(60, 3)]
    [InlineData(79, 3)]
    [InlineData(80, 4)]
    [InlineData(1000, 50)]
    public void The_brake_is_at_three_clusters_or_five_percent(int living, int expected) => Assert.Equal(expected, SweepDecider.BrakeAt(living));

    [Fact]
    public void Removals_and_re_routes_together_reach_the_brake()
    {
        Assert.Equal(SweepAction.Start, Decide(Fleet(60, (Finding.Gone, 1), (Finding.OptedOut, 1), (Finding.Reroute, 1))).Action);
        var braked = Decide(Fleet(60, (Finding.Gone, 1), (Finding.OptedOut, 1), (Finding.Reroute, 2)));
        Assert.Equal(SweepAction.Brake, braked.Action);
        Assert.Contains("2 clusters to be offboarded or cut, 2 to be re-routed, of 60 registered; more than 3", braked.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_beyond_its_own_brake_is_stopped_and_the_others_are_not()
    {
        var fleet = Fleet(60, (Finding.Gone, 1), (Finding.Reroute, 1));
        Add(fleet, "333333333333", 10, (Finding.OptedOut, 4));
        var decision = Decide(fleet);
        Assert.Equal((SweepAction.Start, "333333333333"), (decision.Action, Assert.Single(decision.Braked!)));
        Assert.Contains("nothing is started in account 333333333333 (4 of 10; 3 may change at once)", decision.Sentence, StringComparison.Ordinal);
        Assert.Empty(SweepDecider.Decide(fleet, Sweep with { IgnoreBrake = true }, new SweepSettings()).Braked!);
    }

    [Fact]
    public void However_many_clusters_one_account_loses_the_others_continue()
    {
        var fleet = Fleet(60, (Finding.Gone, 3));
        Add(fleet, "333333333333", 1000, (Finding.Gone, 1000));
        Assert.Equal(SweepAction.Start, Decide(fleet).Action);
    }

    [Fact]
    public void Two_accounts_beyond_their_brakes_are_a_mistake_of_all()
    {
        var fleet = Fleet(60, (Finding.Reroute, 60));
        Add(fleet, "333333333333", 60, (Finding.Reroute, 60));
        Add(fleet, "444444444444", 2, (Finding.Reroute, 2));
        Assert.Equal(SweepAction.Brake, Decide(fleet).Action);
    }

    [Fact]
    public void Small_changes_of_many_accounts_reach_the_brake_of_all()
    {
        var fleet = Fleet(20, (Finding.Gone, 2));
        Add(fleet, "333333333333", 20, (Finding.Gone, 2));
        Assert.Equal(SweepAction.Brake, Decide(fleet).Action);
    }

    [Fact]
    public void Clusters_that_were_never_verified_neither_brake_nor_raise_the_brake()
    {
        var fleet = Fleet(60, (Finding.Gone, 3));
        fleet.Add(new FleetPage([.. Enumerable.Range(0, 800).Select(n => Item($"forged{n}", Finding.Gone, Outcome.Failed, "555555555555"))], [], null));
        Assert.Equal((SweepAction.Start, 60, 3), (Decide(fleet).Action, fleet.Living, fleet.Removals));
        Add(fleet, "333333333333", 19, (Finding.Gone, 1));
        Assert.Equal(SweepAction.Brake, Decide(fleet).Action);
    }

    [Fact]
    public void A_cluster_that_was_verified_once_counts_whatever_its_state_is_now()
    {
        var count = new FleetCount(Sweep);
        var item = Item("x", Finding.Gone, Outcome.Unhealthy);
        count.Add(new FleetPage([item with { Item = item.Item with { VerifiedAt = Some.Noon } }], [], null));
        Assert.Equal((1, 1), (count.Living, count.Removals));
    }

    [Fact]
    public void Repairs_and_new_clusters_never_brake() =>
        Assert.Equal(SweepAction.Start, Decide(Fleet(60, (Finding.Differs, 30), (Finding.New, 20), (Finding.Unreachable, 10))).Action);

    [Fact]
    public void A_cluster_that_is_being_offboarded_is_no_removal_of_this_sweep()
    {
        var count = new FleetCount(Sweep);
        count.Add(new FleetPage([.. Enumerable.Range(0, 9).Select(n => Item($"x{n}", Finding.OptedOut, Outcome.Offboarding))], [], null));
        Assert.Equal((0, 0), (count.Removals, count.Living));
    }

    [Fact]
    public void Findings_of_another_sweep_do_not_count()
    {
        var count = new FleetCount(Sweep);
        count.Add(new FleetPage([Item("x", Finding.Gone) with { SweepId = "sweep-1" }], [], null));
        Assert.Equal((0, 1), (count.Removals, count.Living));
        Assert.Empty(count.Findings);
    }

    [Fact]
    public void Observing_starts_nothing_and_an_operator_may_release_the_brake()
    {
        var fleet = Fleet(60, (Finding.Gone, 20));
        Assert.Equal(SweepAction.Observe, SweepDecider.Decide(fleet, Sweep, new SweepSettings { Mode = SweepMode.Observe }).Action);
        Assert.Equal(SweepAction.Start, SweepDecider.Decide(fleet, Sweep with { IgnoreBrake = true }, new SweepSettings()).Action);
    }

    [Fact]
    public void Counts_are_by_state_and_finding_and_include_unhealthy_unreached_and_orphaned_ones()
    {
        var count = new FleetCount(Sweep);
        count.Add(new FleetPage(
            [
                Item("a", Finding.Unchanged),
                Item("b", Finding.Unchanged, Outcome.Unhealthy),
                Item("c", Finding.Unreachable, Outcome.Blocked),
                Item("d", null, Outcome.Offboarded) with { OrphanSweep = Sweep.Id },
                Item("e", Finding.Unchanged, Outcome.Offboarding) with { Cause = Causes.ClusterOffboarded },
            ],
            [new UnreachedPlace("222222222222", "*", Sweep.Id, "c", "s", "r"), new UnreachedPlace("333333333333", "*", "sweep-1", "c", "s", "r")],
            null));
        Assert.Equal([new("Blocked", 1), new("Offboarded", 1), new("Offboarding", 1), new("Unhealthy", 1), new("Verified", 1)], count.States);
        Assert.Equal([new("Unchanged", 3), new("Unreachable", 1)], count.Findings);
        // Only one of the living was ever verified.
        Assert.Equal((3, 1, 1, 1, 1), (count.Unhealthy, count.Unreached, count.Orphans, count.UnreachedPlaces, count.Living));
    }

    public static TheoryData<Finding, Outcome, OffboardingReason?, SweepWorkflow?, string> Starts => new()
    {
        { Finding.New, Outcome.Verified, null, SweepWorkflow.Onboard, "" },
        { Finding.Differs, Outcome.Verified, null, SweepWorkflow.Onboard, "" },
        { Finding.Reroute, Outcome.Verified, null, SweepWorkflow.Onboard, "" },
        { Finding.Gone, Outcome.Verified, null, SweepWorkflow.Offboard, "Swept" },
        { Finding.Gone, Outcome.Offboarded, null, SweepWorkflow.Offboard, "Swept" },
        { Finding.OptedOut, Outcome.Verified, null, SweepWorkflow.Offboard, "OptedOut" },
        { Finding.OptedOut, Outcome.Offboarding, OffboardingReason.OptedOut, SweepWorkflow.Offboard, "OptedOut" },
        { Finding.OptedOut, Outcome.Offboarding, OffboardingReason.Manual, SweepWorkflow.Offboard, "Manual" },
        { Finding.Unchanged, Outcome.Offboarding, OffboardingReason.Deleted, null, "" },
        { Finding.Unchanged, Outcome.Verified, null, null, "" },
        { Finding.NotReady, Outcome.Verified, null, null, "" },
        { Finding.Unreachable, Outcome.Verified, null, null, "" },
    };

    [Theory]
    [MemberData(nameof(Starts))]
    public void A_finding_starts_its_workflow(Finding finding, Outcome state, OffboardingReason? reason, SweepWorkflow? workflow, string given)
    {
        var item = Item("x", finding, state);
        var start = StartDecider.Decide(item with { Item = item.Item with { Reason = reason } }, Sweep);
        Assert.Equal((workflow, workflow is null ? null : given), (start?.Workflow, start?.Reason));
    }

    [Fact]
    public void A_cluster_that_an_execution_recorded_after_its_inspection_is_left_to_the_next_sweep()
    {
        var item = Item("x", Finding.Gone);
        Assert.Null(StartDecider.Decide(item with { Item = item.Item with { UpdatedAt = Some.Noon.AddMinutes(2) } }, Sweep));
        Assert.Null(StartDecider.Decide(item with { SweepId = "sweep-1" }, Sweep));
        Assert.Null(StartDecider.Decide(item with { IsNewer = true }, Sweep));
        Assert.Null(StartDecider.Decide(item with { Item = item.Item with { CreatedAt = 0 } }, Sweep));
    }

    [Fact]
    public void Names_of_executions_are_of_the_sweep_and_the_cluster_and_within_the_limit()
    {
        var sweep = new SweepReference(SweepReference.IdOf(Some.Execution("by-hand")), Some.Noon);
        Assert.Matches("^sweep-20260301T120000Z-[0-9a-f]{8}$", sweep.Id);
        Assert.Equal(sweep.Id, SweepReference.IdOf(Some.Execution("by-hand")));
        Assert.NotEqual(sweep.Id, SweepReference.IdOf(Some.Execution("another")));
        var name = sweep.ExecutionNameFor(Some.Cluster().Arn, 1);
        Assert.NotEqual(name, sweep.ExecutionNameFor(Some.Cluster().Arn, 2));
        Assert.True(name.Length <= 80, name);
    }

    private static DecideSweepResult Decide(FleetCount count) => SweepDecider.Decide(count, Sweep, new SweepSettings());

    private static FleetCount Fleet(int size, params (Finding Finding, int Count)[] findings)
    {
        var count = new FleetCount(Sweep);
        Add(count, Some.MemberAccount, size, findings);
        return count;
    }

    private static void Add(FleetCount count, string account, int size, params (Finding Finding, int Count)[] findings)
    {
        var found = findings.SelectMany(of => Enumerable.Repeat(of.Finding, of.Count)).ToList();
        count.Add(new FleetPage([.. Enumerable.Range(0, size).Select(n => Item($"c{n}", n < found.Count ? found[n] : Finding.Unchanged, account: account))], [], null));
    }

    private static FleetItem Item(string name, Finding? finding, Outcome state = Outcome.Verified, string account = Some.MemberAccount) =>
        new(new RegistryItem { ClusterArn = ClusterArn.Build(account, "us-east-1", name).Arn, CreatedAt = 1, State = state, UpdatedAt = Some.Noon })
        {
            Finding = finding,
            SweepId = finding is null ? null : Sweep.Id,
            InspectedAt = Some.Noon.AddMinutes(1),
        };
}
