using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>A cluster in authentication mode CONFIG_MAP: it is blocked, or it is switched and the execution waits as for any other update.</summary>
public sealed class SwitchingTests(StateMachineEngine engine)
{
    [Fact]
    public async Task A_switched_cluster_is_waited_for_and_then_onboarded()
    {
        var run = await engine.RunAsync(Onboardings.First
            .First("DescribeCluster", Onboardings.OnlyConfigMap, Onboardings.Described(ClusterNext.Wait))
            .On("SwitchAuthenticationMode", Onboardings.Switched(1)));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(
            [
                "DescribeCluster", "IsClusterActive?", "SwitchAuthenticationMode", "WaitForSwitch",
                "DescribeCluster", "IsClusterActive?", "WaitForCluster", "DescribeCluster", "IsClusterActive?", "EnsureClusterAccess",
            ],
            run.States.Skip(1).Take(10));
    }

    [Fact]
    public async Task A_cluster_that_is_ACTIVE_again_but_not_switched_is_decided_by_the_same_update()
    {
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.Continue, Outcome.Blocked)
            .On("DescribeCluster", Onboardings.OnlyConfigMap, Onboardings.OnlyConfigMap)
            .On("SwitchAuthenticationMode", Onboardings.Switched(1), Answer.Throws<BlockedException>(Causes.AuthenticationModeSwitchFailed)));

        Assert.Equal("FAILED", run.Status);
        Assert.Equal("u-1", run.RequestOf<SwitchAuthenticationModeRequest>("SwitchAuthenticationMode").Switching!.UpdateId);
        Assert.Equal("SwitchAuthenticationMode", run.States.Where(state => !state.EndsWith('?')).TakeWhile(state => state != "RecordOutcome").Last());
    }

    [Fact]
    public async Task An_execution_that_fails_after_the_switch_records_the_switch()
    {
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.Continue, Outcome.Blocked)
            .First("DescribeCluster", Onboardings.OnlyConfigMap)
            .On("SwitchAuthenticationMode", Onboardings.Switched(1))
            .On("EnsureClusterAccess", Answer.Throws<BlockedException>(Causes.EndpointUnreachable))
            .On("EndElevation", Answer.Result(new EndElevationResult(Change.Unchanged))));

        Assert.Equal("u-1", run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Switching!.UpdateId);
    }

    [Fact]
    public async Task The_step_learns_that_the_execution_is_a_dry_run()
    {
        var run = await engine.RunAsync(
            Onboardings.Shortest(ClusterNext.Continue, Outcome.Blocked)
                .On("DescribeCluster", Onboardings.OnlyConfigMap)
                .On("SwitchAuthenticationMode", Answer.Throws<BlockedException>(Causes.AuthenticationModeConfigMap)),
            $$"""{"clusterArn": "{{Onboardings.Cluster.Arn}}", "dryRun": true}""");

        Assert.True(run.RequestOf<SwitchAuthenticationModeRequest>("SwitchAuthenticationMode").DryRun);
        Assert.Null(run.RequestOf<SwitchAuthenticationModeRequest>("SwitchAuthenticationMode").Switching);
    }
}
