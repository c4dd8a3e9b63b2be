using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>An execution can be started with any JSON; every failure is recorded nevertheless.</summary>
public sealed class BadInputTests(StateMachineEngine engine)
{
    public static TheoryData<string> Bad => [.. Inputs.Bad];

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Input_that_names_no_cluster_ends_recorded_and_failed(string input)
    {
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.Continue, Outcome.Blocked), input);

        Assert.Equal(["ResolveCluster", "RefuseInput", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "OnboardingBlocked"], run.States);
        Assert.Equal("FAILED", run.Status);
        var recorded = run.RequestOf<RecordOutcomeRequest>("RecordOutcome");
        Assert.Null(recorded.Cluster);
        var failure = FailureMessage.Parse(recorded.Failure!.Error, recorded.Failure.Cause);
        Assert.Equal(FailureKind.Blocked, failure.Kind);
        Assert.Equal((run.Error, run.Cause), (failure.Cause, failure.Sentence));
    }

    [Fact]
    public async Task A_crash_caused_by_the_input_is_recorded_too()
    {
        var run = await engine.RunAsync(
            Onboardings.Shortest(ClusterNext.Continue, Outcome.Failed).On("ResolveCluster", Answer.Dies("NullReferenceException")), "[]");

        Assert.Equal("OnboardingFailed", run.States[^1]);
        Assert.Equal(Causes.Unexpected, run.Error);
    }
}
