using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>A delivery that fails is withdrawn; a delivery that was complete before stays.</summary>
public sealed class DeliveryFailureTests(StateMachineEngine engine)
{
    private static readonly Answer NotElevated = Answer.Result(new EndElevationResult(Change.Unchanged));

    private static readonly Answer Withdrawn = Answer.Result(new WithdrawRemoteWriteResult(Change.Updated));

    [Theory]
    [InlineData(Change.Created)]
    [InlineData(Change.Updated)]
    public async Task A_delivery_that_fails_is_withdrawn(Change planned)
    {
        var run = await engine.RunAsync(Onboardings.First
            .On("PlanOnboarding", Answer.Result(Onboardings.Plan with { Change = planned }))
            .On("DeliverRemoteWrite", Answer.Throws<BlockedException>(Causes.PodsWithoutRole))
            .On("WithdrawRemoteWrite", Withdrawn)
            .Then("EndElevation", NotElevated)
            .On("RecordOutcome", Onboardings.Recorded(Outcome.RolledBack)));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(
            ["DeliverRemoteWrite", "WasAnythingDelivered?", "WithdrawRemoteWrite", "EndElevation", "WhatComesNext?", "RecordOutcome"],
            run.States.SkipWhile(state => state != "DeliverRemoteWrite").Take(6));
        var recorded = run.RequestOf<RecordOutcomeRequest>("RecordOutcome");
        Assert.Equal(Change.Updated, recorded.Withdrawal!.Change);
        Assert.Equal(nameof(BlockedException), recorded.Failure!.Error);
        Assert.Null(recorded.Delivery);
    }

    [Fact]
    public async Task A_collector_that_does_not_become_healthy_in_time_is_withdrawn()
    {
        var slow = Answer.Throws<NotReadyException>(Causes.PodsNotReady);
        var run = await engine.RunAsync(
            Onboardings.First.On("DeliverRemoteWrite", slow, slow).On("WithdrawRemoteWrite", Withdrawn).Then("EndElevation", NotElevated).On("RecordOutcome", Onboardings.Recorded(Outcome.RolledBack)),
            pace: Pace.GivesUpSoon);

        Assert.Equal(nameof(NotReadyException), run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Failure!.Error);
        Assert.Contains("WithdrawRemoteWrite", run.States);
    }

    [Fact]
    public async Task A_delivery_that_was_complete_before_is_not_withdrawn()
    {
        var run = await engine.RunAsync(Onboardings.Again
            .On("DeliverRemoteWrite", Answer.Throws<BlockedException>(Causes.Reverted))
            .On("EndElevation", NotElevated)
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Blocked)));

        Assert.Equal(["DeliverRemoteWrite", "WasAnythingDelivered?", "EndElevation", "WhatComesNext?", "RecordOutcome"], run.States.SkipWhile(state => state != "DeliverRemoteWrite").Take(5));
        Assert.Null(run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Withdrawal);
    }

    [Fact]
    public async Task Samples_that_do_not_arrive_withdraw_nothing()
    {
        var run = await engine.RunAsync(Onboardings.First
            .On("VerifyIngest", Answer.Throws<BlockedException>(Causes.NoSamples))
            .Then("EndElevation", NotElevated)
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Unhealthy)));

        Assert.Equal(["VerifyIngest", "EndElevation", "WhatComesNext?", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "SamplesMissing"], run.States.SkipWhile(state => state != "VerifyIngest"));
        Assert.NotNull(run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Delivery);
    }
}
