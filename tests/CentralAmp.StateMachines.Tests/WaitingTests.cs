using CentralAmp.Clusters;
using CentralAmp.Outcomes;
using CentralAmp.Planning;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>A cluster or a collector that is not there yet costs transitions, and no function that sleeps.</summary>
public sealed class WaitingTests(StateMachineEngine engine)
{
    private static readonly Answer Parked = Answer.Result(Roads.Plan with { Next = PlanNext.Park, WaitSeconds = 1, Collector = null });

    [Fact]
    public async Task A_cluster_that_is_being_created_is_looked_at_until_it_is_ACTIVE()
    {
        var run = await engine.RunAsync(Roads.Again.First("DescribeCluster", Roads.Described(ClusterNext.Wait), Roads.Described(ClusterNext.Wait)));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(
            ["DescribeCluster", "IsClusterActive?", "WaitForCluster", "DescribeCluster", "IsClusterActive?", "WaitForCluster", "DescribeCluster", "IsClusterActive?", "EnsureClusterAccess"],
            run.States.Skip(1).Take(9));
    }

    [Fact]
    public async Task A_cluster_without_a_collector_is_parked_until_one_appears()
    {
        var run = await engine.RunAsync(Roads.First.First("PlanOnboarding", Parked, Parked));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(
            ["PlanOnboarding", "IsCollectorThere?", "WaitForCollector", "PlanOnboarding", "IsCollectorThere?", "WaitForCollector", "PlanOnboarding", "IsCollectorThere?", "EnsureTrust"],
            run.States.SkipWhile(state => state != "PlanOnboarding").Take(9));
        Assert.Equal(PlanNext.Deliver, run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Plan!.Next);
    }

    [Fact]
    public async Task A_cluster_parked_for_too_long_ends_its_execution_well()
    {
        var run = await engine.RunAsync(Roads.Again
            .On("PlanOnboarding", Parked, Answer.Result(Roads.Plan with { Next = PlanNext.Stop, Stop = PlanStop.ParkedTooLong, Collector = null }))
            .On("RecordOutcome", Roads.Recorded(Outcome.Parked)));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(["IsCollectorThere?", "RecordOutcome"], run.States.SkipWhile(state => state != "WaitForCollector").Skip(2).Take(2));
    }
}
