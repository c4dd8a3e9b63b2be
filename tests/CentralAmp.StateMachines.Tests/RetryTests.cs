using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>Transient errors and crashes are retried; failures that an operator must fix are not.</summary>
public sealed class RetryTests(StateMachineEngine engine)
{
    public static TheoryData<string> EveryState => [.. StateMachineDefinition.Onboarding.LambdaStates];

    [Theory]
    [MemberData(nameof(EveryState))]
    public async Task A_state_retries_transient_errors(string state)
    {
        var script = state switch
        {
            "WithdrawRemoteWrite" => Onboardings.First
                .On("DeliverRemoteWrite", Answer.Throws<BlockedException>(Causes.PodsNotReady))
                .On(state, Answer.Result(new WithdrawRemoteWriteResult(Change.Updated)))
                .Then("EndElevation", Answer.Result(new EndElevationResult(Change.Unchanged))),
            "RemoveOldGrant" => Onboardings.Moving,
            "SwitchAuthenticationMode" => Onboardings.Switching,
            _ => Onboardings.First,
        };

        var run = await engine.RunAsync(script.First(state, Answer.Throws<TransientException>(Causes.Throttled)));

        Assert.Equal("OnboardingEnded", run.States[^1]);
        Assert.Equal(run.States.Count(entered => entered == state) + 1, run.CallsOf(state));
    }

    /// <summary>Error names of the platform: a function that was killed, ran out of time or memory, or could not be invoked.</summary>
    public static TheoryData<string> Crashes =>
        ["Runtime.ExitError", "Sandbox.Timedout", "Lambda.Unknown", "Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.SdkClientException"];

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task A_function_that_crashes_is_invoked_again(string error)
    {
        var run = await engine.RunAsync(Onboardings.First.First("EnsureTrust", Answer.Dies(error)));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(2, run.CallsOf("EnsureTrust"));
    }

    [Fact]
    public async Task A_function_that_crashes_repeatedly_ends_the_workflow()
    {
        var died = Answer.Dies("Runtime.ExitError");
        var run = await engine.RunAsync(
            Onboardings.First.On("InstallRbac", died, died).On("RecordOutcome", Onboardings.Recorded(Outcome.Failed)), pace: Pace.TimesOutSoon);

        Assert.Equal(["InstallRbac", "EndElevation", "WhatComesNext?", "RecordOutcome"], run.States.Skip(6).Take(4));
        Assert.Equal("Runtime.ExitError", run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Failure!.Error);
    }

    [Theory]
    [InlineData(429, "TooManyRequestsException")]
    [InlineData(500, "ServiceException")]
    public async Task A_function_that_Lambda_does_not_invoke_is_invoked_again(int status, string code)
    {
        var run = await engine.RunAsync(Onboardings.First.First("EnsureTrust", Answer.Refused(status, code)));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(2, run.CallsOf("EnsureTrust"));
    }

    [Fact]
    public async Task A_function_that_crashes_without_an_error_name_is_invoked_again()
    {
        var run = await engine.RunAsync(Onboardings.First.First("EnsureTrust", Answer.Dies(null)));
        Assert.Equal(2, run.CallsOf("EnsureTrust"));
    }

    [Fact]
    public async Task A_function_that_never_answers_is_invoked_again()
    {
        var run = await engine.RunAsync(Onboardings.First.First("EnsureTrust", Answer.Silence), pace: Pace.TimesOutSoon);

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(2, run.CallsOf("EnsureTrust"));
    }

    [Fact]
    public async Task An_event_that_EventBridge_does_not_accept_is_put_again()
    {
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.OptOut, Outcome.OptedOut).First(StateNames.PublishOutcome, Answer.FailedEntry));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(2, run.CallsOf(StateNames.PublishOutcome));
    }

    [Fact]
    public async Task Attempts_are_counted_anew_when_a_state_is_entered_again()
    {
        var once = Answer.Throws<NotReadyException>();
        var elevated = Answer.Result(new StartElevationResult(Change.Created));
        var run = await engine.RunAsync(Onboardings.First.On("StartElevation", once, elevated, once, elevated), pace: Pace.GivesUpSoon);

        Assert.Equal("SUCCEEDED", run.Status);
    }
}
