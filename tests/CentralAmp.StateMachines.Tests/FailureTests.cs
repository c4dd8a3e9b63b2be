using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>However a state ends, the elevation ends and the outcome is recorded.</summary>
public sealed class FailureTests(StateMachineEngine engine)
{
    private static readonly Answer NotElevated = Answer.Result(new EndElevationResult(Change.Unchanged));

    /// <summary>The states after DescribeCluster, read from the file, so that a new state is covered.</summary>
    public static MatrixTheoryData<string, string> EveryStateAndKind => new(
        StateMachineDefinition.Onboarding.LambdaStates.Except(["ResolveCluster", "DescribeCluster", "SwitchAuthenticationMode", "EndElevation", "RecordOutcome"]),
        [nameof(BlockedException), nameof(NotReadyException), "InvalidCastException"]);

    [Theory]
    [MemberData(nameof(EveryStateAndKind))]
    public async Task A_state_that_fails_passes_EndElevation_before_RecordOutcome(string state, string error)
    {
        var run = await engine.RunAsync(Failing(state, error), pace: Pace.GivesUpSoon);

        var after = run.States.Skip(run.States.ToList().LastIndexOf(state) + 1).ToList();
        Assert.Contains("EndElevation", after.TakeWhile(next => next != "RecordOutcome"));
        Assert.Equal("OnboardingBlocked", after[^1]);
        Assert.Equal(error == nameof(NotReadyException) ? 2 : 1, run.CallsOf(state));

        var recorded = run.RequestOf<RecordOutcomeRequest>("RecordOutcome");
        Assert.Equal(error, (state == "WithdrawRemoteWrite" ? recorded.Leftover : recorded.Failure)!.Error);
    }

    [Theory]
    [InlineData(nameof(BlockedException))]
    [InlineData(nameof(NotReadyException))]
    [InlineData("InvalidCastException")]
    public async Task A_cluster_that_cannot_be_described_is_recorded_without_an_elevation(string error)
    {
        var run = await engine.RunAsync(
            Onboardings.Shortest(ClusterNext.Continue, Outcome.Blocked).On("DescribeCluster", Failure(error), Failure(error)), pace: Pace.GivesUpSoon);

        Assert.Equal(["ResolveCluster", "DescribeCluster", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "OnboardingBlocked"], run.States);
        Assert.Equal(error, run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Failure!.Error);
    }

    [Theory]
    [InlineData(nameof(BlockedException))]
    [InlineData("InvalidCastException")]
    public async Task An_elevation_that_cannot_be_ended_is_recorded_as_leftover(string error)
    {
        var run = await engine.RunAsync(Onboardings.First.On("EndElevation", Failure(error)).On("RecordOutcome", Onboardings.Recorded(Outcome.Failed)));

        Assert.Equal(["EndElevation", "RecordOutcome"], run.States.Skip(7).Take(2));
        var recorded = run.RequestOf<RecordOutcomeRequest>("RecordOutcome");
        Assert.Equal(error, recorded.Leftover!.Error);
        Assert.Null(recorded.Failure);
    }

    [Theory]
    [InlineData(nameof(BlockedException))]
    [InlineData(nameof(NotReadyException))]
    [InlineData("InvalidCastException")]
    public async Task A_cluster_that_cannot_be_switched_is_recorded_without_an_elevation(string error)
    {
        var run = await engine.RunAsync(
            Onboardings.Shortest(ClusterNext.Continue, Outcome.Blocked)
                .On("DescribeCluster", Onboardings.OnlyConfigMap)
                .On("SwitchAuthenticationMode", Failure(error), Failure(error)),
            pace: Pace.GivesUpSoon);

        Assert.Equal(["SwitchAuthenticationMode", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "OnboardingBlocked"], run.States.Skip(3));
        Assert.Equal(error, run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Failure!.Error);
    }

    [Fact]
    public async Task An_elevation_that_cannot_be_ended_does_not_hide_the_first_failure()
    {
        var run = await engine.RunAsync(Onboardings.First
            .On("InstallRbac", Answer.Throws<BlockedException>(Causes.KubernetesConflict))
            .On("EndElevation", Answer.Dies("InvalidCastException"))
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Blocked)));

        var recorded = run.RequestOf<RecordOutcomeRequest>("RecordOutcome");
        Assert.Equal(nameof(BlockedException), recorded.Failure!.Error);
        Assert.Equal("InvalidCastException", recorded.Leftover!.Error);
        Assert.Equal(Causes.KubernetesConflict, run.Error);
    }

    [Fact]
    public async Task The_cause_and_the_sentence_reach_the_record_unchanged()
    {
        var run = await engine.RunAsync(Onboardings.First
            .On("EnsureTrust", Answer.Throws<BlockedException>(Causes.RoleForeign, "There is a \"role\" – of {another}."))
            .Then("EndElevation", NotElevated)
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Blocked)));

        Assert.Equal((Causes.RoleForeign, "There is a \"role\" – of {another}."), (run.Error, run.Cause));
    }

    private static Script Failing(string state, string error)
    {
        var script = Onboardings.First.Then("EndElevation", NotElevated).On("RecordOutcome", Onboardings.Recorded(Outcome.Blocked));
        return state switch
        {
            "DeliverRemoteWrite" => script
                .On(state, Failure(error), Failure(error))
                .On("WithdrawRemoteWrite", Answer.Result(new WithdrawRemoteWriteResult(Change.Updated))),
            "WithdrawRemoteWrite" => script
                .On("DeliverRemoteWrite", Answer.Throws<BlockedException>(Causes.PodsNotReady))
                .On(state, Failure(error), Failure(error)),
            "RemoveOldGrant" => Onboardings.Moving
                .On(state, Failure(error), Failure(error))
                .On("EndElevation", NotElevated)
                .On("RecordOutcome", Onboardings.Recorded(Outcome.Blocked)),
            _ => script.On(state, Failure(error), Failure(error)),
        };
    }

    private static Answer Failure(string error) => error switch
    {
        nameof(BlockedException) => Answer.Throws<BlockedException>(),
        nameof(NotReadyException) => Answer.Throws<NotReadyException>(),
        _ => Answer.Dies(error),
    };
}
