using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>Waiting for a cluster or a collector costs transitions; no function sleeps.</summary>
public sealed class WaitingTests(StateMachineEngine engine)
{
    private static readonly Answer Parked = Answer.Result(Onboardings.Plan with { Next = PlanNext.Park, WaitSeconds = 1, Collector = null });

    private static readonly Answer Reading = Answer.Result(new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Allowed));

    [Fact]
    public async Task A_cluster_that_is_being_created_is_polled_until_it_is_ACTIVE()
    {
        var run = await engine.RunAsync(Onboardings.Again.First("DescribeCluster", Onboardings.Described(ClusterNext.Wait), Onboardings.Described(ClusterNext.Wait)));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(
            ["DescribeCluster", "IsClusterActive?", "WaitForCluster", "DescribeCluster", "IsClusterActive?", "WaitForCluster", "DescribeCluster", "IsClusterActive?", "EnsureClusterAccess"],
            run.States.Skip(1).Take(9));
    }

    [Fact]
    public async Task A_cluster_without_a_collector_is_parked_until_one_appears()
    {
        var run = await engine.RunAsync(Onboardings.First
            .First("PlanOnboarding", Parked, Parked)
            .Then("DescribeCluster", Onboardings.Described(ClusterNext.Continue), Onboardings.Described(ClusterNext.Continue))
            .Then("EnsureClusterAccess", Reading, Reading));

        Assert.Equal("SUCCEEDED", run.Status);
        string[] poll = ["PlanOnboarding", "IsCollectorThere?", "WaitForCollector", "DescribeCluster", "IsClusterActive?", "EnsureClusterAccess", "IsReadingAllowed?"];
        Assert.Equal([.. poll, .. poll, "PlanOnboarding", "IsCollectorThere?", "EnsureTrust"], run.States.SkipWhile(state => state != "PlanOnboarding").Take(17));
        Assert.Equal(PlanNext.Deliver, run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Plan!.Next);
    }

    [Fact]
    public async Task Values_that_are_not_merged_yet_park_the_execution_and_the_merge_is_verified()
    {
        var written = Answer.Result(Onboardings.Plan with { Delivery = DeliveryNames.Values, WaitSeconds = 1 });
        var run = await engine.RunAsync(Onboardings.Again
            .Then("DescribeCluster", Onboardings.Described(ClusterNext.Continue), Onboardings.Described(ClusterNext.Continue))
            .Then("EnsureClusterAccess", Reading, Reading)
            .First("PlanOnboarding", written, Parked)
            .First("EnsureTrust", Onboardings.Trusted(Change.Created, RbacAccess.Allowed))
            .On("ProveIngest", Answer.Result(new ProveIngestResult()))
            .First("DeliverRemoteWrite", Answer.Result(new DeliverRemoteWriteResult(Change.Created, Waits: true))));

        Assert.Equal("SUCCEEDED", run.Status);
        string[] poll = ["WaitForCollector", "DescribeCluster", "IsClusterActive?", "EnsureClusterAccess", "IsReadingAllowed?", "PlanOnboarding", "IsCollectorThere?"];
        Assert.Equal(
            ["DeliverRemoteWrite", "IsItMerged?", .. poll, .. poll, "EnsureTrust", "IsWritingAllowed?", "DeliverRemoteWrite", "IsItMerged?", "VerifyIngest"],
            run.States.SkipWhile(state => state != "DeliverRemoteWrite").Take(21));
    }

    [Fact]
    public async Task An_elevation_while_values_wait_for_a_merge_leads_to_a_new_plan_and_no_delivery_without_a_collector()
    {
        var written = Answer.Result(Onboardings.Plan with { Delivery = DeliveryNames.Values, WaitSeconds = 1 });
        var run = await engine.RunAsync(Onboardings.Again
            .Then("DescribeCluster", Onboardings.Described(ClusterNext.Continue), Onboardings.Described(ClusterNext.Continue))
            .Then("EnsureClusterAccess", Reading, Answer.Result(new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Missing)))
            .On("StartElevation", Answer.Result(new StartElevationResult(Change.Created)))
            .On("InstallRbac", Answer.Result(new InstallRbacResult(Change.Updated)))
            .On("EndElevation", Answer.Result(new EndElevationResult(Change.Updated)))
            .First("PlanOnboarding", written, Parked)
            .First("EnsureTrust", Onboardings.Trusted(Change.Created, RbacAccess.Allowed))
            .On("ProveIngest", Answer.Result(new ProveIngestResult()))
            .First("DeliverRemoteWrite", Answer.Result(new DeliverRemoteWriteResult(Change.Created, Waits: true))));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(
            ["StartElevation", "InstallRbac", "EndElevation", "WhatComesNext?", "PlanOnboarding", "IsCollectorThere?", "EnsureTrust"],
            run.States.SkipWhile(state => state != "StartElevation").Take(7));
        Assert.Equal(1, run.CallsOf("ProveIngest"));
    }

    [Fact]
    public async Task The_execution_of_a_cluster_parked_for_too_long_succeeds()
    {
        var run = await engine.RunAsync(Onboardings.Again
            .Then("DescribeCluster", Onboardings.Described(ClusterNext.Continue))
            .Then("EnsureClusterAccess", Reading)
            .On("PlanOnboarding", Parked, Answer.Result(Onboardings.Plan with { Next = PlanNext.Stop, Stop = PlanStop.ParkedTooLong, Collector = null }))
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Parked)));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(["IsCollectorThere?", "RecordOutcome"], run.States.TakeLast(5).Take(2));
    }

    [Theory]
    [InlineData(ClusterNext.OptOut)]
    [InlineData(ClusterNext.Refuse)]
    [InlineData(ClusterNext.Offboarded)]
    public async Task A_parked_cluster_that_opts_out_or_is_deleted_is_not_onboarded_when_a_collector_appears(ClusterNext next)
    {
        var run = await engine.RunAsync(Onboardings.Again
            .Then("DescribeCluster", Onboardings.Described(next))
            .On("PlanOnboarding", Parked)
            .On("EnsureTrust")
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Parked)));

        Assert.Equal(["WaitForCollector", "DescribeCluster", "IsClusterActive?", "RecordOutcome"], run.States.SkipWhile(state => state != "WaitForCollector").Take(4));
    }

    [Fact]
    public async Task A_parked_cluster_whose_tags_changed_is_planned_for_its_new_workspace()
    {
        var moved = Answer.Result(new ClusterDescription { Next = ClusterNext.Continue, CreatedAt = 1, WorkspaceArn = Onboardings.OldWorkspace });
        var run = await engine.RunAsync(Onboardings.Again
            .Then("DescribeCluster", moved)
            .Then("EnsureClusterAccess", Reading)
            .First("PlanOnboarding", Parked));

        Assert.Equal(Onboardings.OldWorkspace, run.RequestOf<PlanOnboardingRequest>("PlanOnboarding").Described.WorkspaceArn);
    }
}
