using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>The endings of an execution; each one is recorded or fails visibly.</summary>
public sealed class OutcomeTests(StateMachineEngine engine)
{
    public static TheoryData<Outcome> Every => [.. Enum.GetValues<Outcome>()];

    [Theory]
    [MemberData(nameof(Every))]
    public async Task Blocked_Unhealthy_and_Failed_end_in_Fail_and_the_rest_in_Succeed(Outcome outcome)
    {
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.OptOut, outcome));

        var (end, fails) = outcome switch
        {
            Outcome.Blocked => ("OnboardingBlocked", true),
            Outcome.Unhealthy => ("SamplesMissing", true),
            Outcome.Failed => ("OnboardingFailed", true),
            _ => ("OnboardingEnded", false),
        };
        Assert.Equal(end, run.States[^1]);
        Assert.Equal(fails ? ("FAILED", "ACauseOfTheTest", "A sentence of the test.") : ("SUCCEEDED", null, null), (run.Status, run.Error, run.Cause));
    }

    [Theory]
    [InlineData(nameof(BlockedException))]
    [InlineData("InvalidCastException")]
    [InlineData("States.Timeout")]
    public async Task An_outcome_that_cannot_be_recorded_ends_in_a_state_of_that_name(string error)
    {
        var answer = error == "States.Timeout" ? Answer.Silence : Answer.Dies(error);
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.OptOut, Outcome.OptedOut).On("RecordOutcome", answer, answer), pace: Pace.TimesOutSoon);

        Assert.Equal(["RecordOutcome", "OutcomeNotRecorded"], run.States.TakeLast(2));
        Assert.Equal(("FAILED", "OutcomeNotRecorded"), (run.Status, run.Error));
        Assert.Contains(error, run.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outcome_that_may_not_be_published_ends_in_a_state_of_that_name()
    {
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.OptOut, Outcome.OptedOut).On(StateNames.PublishOutcome, Answer.Refused(400, "AccessDeniedException")));

        Assert.Equal(["RecordOutcome", "PublishOutcome", "OutcomeNotPublished"], run.States.TakeLast(3));
        Assert.Equal(("FAILED", "OutcomeNotPublished"), (run.Status, run.Error));
        Assert.Contains("AccessDenied", run.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_EventBridge_never_accepts_ends_in_a_state_of_that_name()
    {
        var run = await engine.RunAsync(
            Onboardings.Shortest(ClusterNext.OptOut, Outcome.OptedOut).On(StateNames.PublishOutcome, Answer.FailedEntry, Answer.FailedEntry), pace: Pace.TimesOutSoon);

        Assert.Equal("OutcomeNotPublished", run.States[^1]);
        Assert.Contains("EventBridge.FailedEntry", run.Cause, StringComparison.Ordinal);
    }
}
