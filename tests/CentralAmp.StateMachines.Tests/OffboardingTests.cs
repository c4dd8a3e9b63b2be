using CentralAmp.Access;
using CentralAmp.Failures;
using CentralAmp.Offboarding;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>The order of the states of an offboarding, and its endings.</summary>
public sealed class OffboardingTests(StateMachineEngine engine)
{
    private static readonly string[] End = ["RecordOffboarding", "PublishOutcome", "HowDidItEnd?", "OffboardingEnded"];

    /// <summary>The states that work in the cluster, and the one that connects to it first.</summary>
    public static MatrixTheoryData<string, string> EveryStateInTheClusterAndKind => new(
        ["EnsureClusterAccess", "StartElevation", "InstallRbac", "PlanOffboarding", "WithdrawRemoteWrite", "RemoveRbac", "RemoveClusterAccess"],
        [nameof(BlockedException), nameof(NotReadyException), "InvalidCastException"]);

    public static TheoryData<string> EveryState => [.. StateMachineDefinition.Offboarding.LambdaStates];

    public static TheoryData<Outcome> EveryOutcome => [.. Enum.GetValues<Outcome>()];

    [Fact]
    public async Task Everything_of_a_deleted_cluster_is_removed_at_once()
    {
        var run = await RunAsync(Offboardings.Gone);
        Assert.Equal(["ResolveOffboarding", "WhatIsToBeDone?", "RemoveTrust", .. End], run.States);
        Assert.Equal("SUCCEEDED", run.Status);
    }

    [Fact]
    public async Task Of_a_living_cluster_access_is_cut_first_and_trust_is_removed_last()
    {
        var run = await RunAsync(Offboardings.Living);
        string[] elevated = ["StartElevation", "WhatIsElevationFor?", "InstallRbac", "EndElevation", "WhatComesNext?"];
        Assert.Equal(
            [
                "ResolveOffboarding", "WhatIsToBeDone?", "CutAccess", "CanItBeEntered?",
                "EnsureClusterAccess", "IsReadingAllowed?", .. elevated,
                "PlanOffboarding", "IsAnythingToBeWithdrawn?", "WithdrawRemoteWrite",
                "PlanOffboarding", "IsAnythingToBeWithdrawn?", .. elevated, "WithdrawRemoteWrite",
                "PlanOffboarding", "IsAnythingToBeWithdrawn?",
                "StartElevation", "WhatIsElevationFor?", "RemoveRbac", "EndElevation", "WhatComesNext?",
                "RemoveClusterAccess", "RemoveTrust", .. End,
            ],
            run.States);
        Assert.True(run.LargestData < 20_000, $"{run.LargestData} bytes");

        var recorded = run.RequestOf<RecordOffboardingRequest>("RecordOffboarding");
        Assert.Equal((Change.Updated, Change.Updated, Change.Updated), (recorded.Cut!.Change, recorded.Withdrawal!.Change, recorded.Removal!.Change));
        Assert.Null(run.RequestOf<InstallRbacRequest>("InstallRbac", 0).Plan);
        Assert.Equal(Onboardings.Plan.Collector!.Name, run.RequestOf<InstallRbacRequest>("InstallRbac", 1).Plan!.Collector!.Name);
    }

    [Fact]
    public async Task What_an_onboarding_delivered_after_the_plan_is_withdrawn_before_the_trust_is_removed()
    {
        var run = await RunAsync(Offboardings.Living
            .On("StartElevation", Offboardings.Times(4, new StartElevationResult(Change.Created)))
            .On("EndElevation", Offboardings.Times(4, new EndElevationResult(Change.Updated)))
            .On("EnsureClusterAccess", Offboardings.Times(2, new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Allowed)))
            .On("PlanOffboarding", Offboardings.Clear, Offboardings.Withdraw(RbacAccess.Allowed), Offboardings.Clear)
            .On("RemoveRbac", Answer.Result(new RemoveRbacResult(Change.Updated) { DeliveredMeanwhile = true }), Answer.Result(new RemoveRbacResult(Change.Updated))));
        string[] clear = ["StartElevation", "WhatIsElevationFor?", "RemoveRbac", "EndElevation", "WhatComesNext?"];
        Assert.Equal(
            [
                "EnsureClusterAccess", "IsReadingAllowed?", "PlanOffboarding", "IsAnythingToBeWithdrawn?", .. clear, "LookOnceMore",
                "EnsureClusterAccess", "IsReadingAllowed?", "PlanOffboarding", "IsAnythingToBeWithdrawn?", "WithdrawRemoteWrite",
                "PlanOffboarding", "IsAnythingToBeWithdrawn?", .. clear, "RemoveClusterAccess", "RemoveTrust", .. End,
            ],
            run.States.SkipWhile(state => state != "EnsureClusterAccess"));
    }

    [Fact]
    public async Task A_cluster_that_is_being_deleted_is_polled_until_it_is_gone()
    {
        var run = await RunAsync(Offboardings.Gone.First("ResolveOffboarding", Offboardings.Resolve(OffboardingNext.Wait), Offboardings.Resolve(OffboardingNext.Wait)));
        Assert.Equal(3, run.CallsOf("ResolveOffboarding"));
        Assert.All(run.RequestsOf("ResolveOffboarding"), request => Assert.Equal(Onboardings.Cluster.Arn, request.GetProperty("input").GetProperty("clusterArn").GetString()));
        Assert.Equal("OffboardingEnded", run.States[^1]);
    }

    [Fact]
    public async Task Nothing_to_offboard_is_no_outcome()
    {
        var run = await RunAsync(new Script().On("ResolveOffboarding", Offboardings.Resolve(OffboardingNext.Nothing)));
        Assert.Equal(["ResolveOffboarding", "WhatIsToBeDone?", "NothingToOffboard"], run.States);
    }

    [Fact]
    public async Task A_living_cluster_that_cannot_be_reached_is_only_cut_off()
    {
        var run = await RunAsync(Offboardings.Living
            .On("ResolveOffboarding", Offboardings.Resolve(Offboardings.LivingCluster with { Unreached = "EndpointUnreachable: No. Remedy: None." }))
            .On("RecordOffboarding", Offboardings.Recorded(Outcome.Offboarding)));
        Assert.Equal(["ResolveOffboarding", "WhatIsToBeDone?", "CutAccess", "CanItBeEntered?", .. End], run.States);
    }

    [Fact]
    public async Task A_cluster_without_access_entries_is_offboarded_without_a_connection()
    {
        var living = Offboardings.LivingCluster;
        var run = await RunAsync(Offboardings.Living.On(
            "ResolveOffboarding", Offboardings.Resolve(living with { Described = living.Described with { AuthenticationMode = "CONFIG_MAP" } })));
        Assert.Equal(["CutAccess", "CanItBeEntered?", "RemoveTrust", .. End], run.States.Skip(2));
    }

    [Theory]
    [MemberData(nameof(EveryStateInTheClusterAndKind))]
    public async Task A_failure_in_the_cluster_keeps_the_trust_and_ends_the_elevation(string state, string error)
    {
        var failure = error switch
        {
            nameof(BlockedException) => Answer.Throws<BlockedException>(Causes.EndpointUnreachable),
            nameof(NotReadyException) => Answer.Throws<NotReadyException>(Causes.KubernetesForbidden),
            _ => Answer.Dies(error),
        };
        var run = await RunAsync(
            Offboardings.Living
                .On(state, failure, failure)
                .Then("EndElevation", Answer.Result(new EndElevationResult(Change.Unchanged)))
                .On("RecordOffboarding", Offboardings.Recorded(Outcome.Offboarding)),
            Pace.GivesUpSoon);

        Assert.Equal(["EndElevation", "WhatComesNext?", .. End], run.States.SkipWhile((_, i) => i <= run.States.ToList().LastIndexOf(state)));
        Assert.DoesNotContain("RemoveTrust", run.States);
        Assert.Equal(error, run.RequestOf<RecordOffboardingRequest>("RecordOffboarding").Failure!.Error);
        Assert.Equal("SUCCEEDED", run.Status);
    }

    [Theory]
    [InlineData("CutAccess")]
    [InlineData("RemoveTrust")]
    public async Task A_failure_in_IAM_is_recorded(string state)
    {
        var run = await RunAsync(Offboardings.Living
            .On(state, Answer.Throws<BlockedException>(Causes.HubPermissionMissing)).On("RecordOffboarding", Offboardings.Recorded(Outcome.Failed)));
        Assert.Equal((state, "RecordOffboarding", "OffboardingFailed"), (run.States[^5], run.States[^4], run.States[^1]));
        Assert.Equal(("FAILED", Causes.HubPermissionMissing), (run.Status, run.Error));
    }

    [Fact]
    public async Task An_elevation_that_cannot_be_ended_is_recorded_as_leftover()
    {
        var run = await RunAsync(Offboardings.Living
            .On("EndElevation", Answer.Throws<BlockedException>(Causes.MemberPermissionMissing))
            .On("RecordOffboarding", Offboardings.Recorded(Outcome.Offboarding)));
        var recorded = run.RequestOf<RecordOffboardingRequest>("RecordOffboarding");
        Assert.Equal((null, nameof(BlockedException)), (recorded.Failure?.Error, recorded.Leftover!.Error));
    }

    [Theory]
    [MemberData(nameof(EveryState))]
    public async Task A_state_retries_transient_errors(string state)
    {
        var run = await RunAsync(Offboardings.Living.First(state, Answer.Throws<TransientException>(Causes.Throttled)));
        Assert.Equal("OffboardingEnded", run.States[^1]);
        Assert.Equal(run.States.Count(entered => entered == state) + 1, run.CallsOf(state));
    }

    [Theory]
    [MemberData(nameof(EveryOutcome))]
    public async Task Blocked_and_Failed_end_in_Fail_and_the_rest_in_Succeed(Outcome outcome)
    {
        var run = await RunAsync(Offboardings.Gone.On("RecordOffboarding", Offboardings.Recorded(outcome)));
        Assert.Equal(
            outcome switch { Outcome.Blocked => "OffboardingBlocked", Outcome.Failed => "OffboardingFailed", _ => "OffboardingEnded" }, run.States[^1]);
    }

    public static TheoryData<string> BadInputs => [.. Inputs.Bad];

    [Theory]
    [MemberData(nameof(BadInputs))]
    public async Task Invalid_input_of_any_kind_is_recorded(string input)
    {
        var run = await engine.RunAsync(
            new Script()
                .On("ResolveOffboarding", Answer.From<ResolveOffboardingRequest>(request => OffboardingInput.Read(request.Input)))
                .On("RecordOffboarding", Offboardings.Recorded(Outcome.Blocked))
                .On("PublishOutcome", Answer.Result(new object())),
            input,
            machine: StateMachineDefinition.Offboarding);
        Assert.Equal(["ResolveOffboarding", "RefuseInput", "RecordOffboarding", "PublishOutcome", "HowDidItEnd?", "OffboardingBlocked"], run.States);
    }

    [Theory]
    [InlineData("RecordOffboarding", "OutcomeNotRecorded")]
    [InlineData("PublishOutcome", "OutcomeNotPublished")]
    public async Task An_outcome_that_is_lost_ends_in_a_state_of_that_name(string state, string end)
    {
        var answer = state == "PublishOutcome" ? Answer.Refused(400, "AccessDeniedException") : Answer.Throws<BlockedException>();
        var run = await RunAsync(Offboardings.Gone.On(state, answer));
        Assert.Equal((end, "FAILED", end), (run.States[^1], run.Status, run.Error));
    }

    private Task<Run> RunAsync(Script script, Pace pace = Pace.Patient) =>
        engine.RunAsync(script, Offboardings.Input, pace, StateMachineDefinition.Offboarding);
}
