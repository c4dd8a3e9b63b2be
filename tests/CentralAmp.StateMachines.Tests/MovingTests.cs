using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>A cluster that moves to another workspace, and one that opts out.</summary>
public sealed class MovingTests(StateMachineEngine engine)
{
    private static readonly Script OptedOut = Onboardings.Shortest(ClusterNext.OptOut, Outcome.Offboarding)
        .On("DescribeCluster", Answer.Result(new ClusterDescription { Next = ClusterNext.OptOut, CreatedAt = 1767323045000, Onboarded = true }))
        .On(StateNames.StartOffboarding, Answer.Result(new object()));

    /// <summary>An onboarded cluster whose route left the old workspace too long ago.</summary>
    private static Script Revoking => Onboardings.Moving
        .On("DescribeCluster", Due("API"))
        .On("EnsureTrust", Onboardings.Trusted(Change.Updated, CentralAmp.Access.RbacAccess.Allowed))
        .On("RemoveOldGrant", Answer.Result(new RemoveOldGrantResult(Change.Updated, Onboardings.OldWorkspace)));

    private static Answer Due(string authenticationMode) => Answer.Result(new ClusterDescription
    {
        Next = ClusterNext.Continue, CreatedAt = 1767323045000, AuthenticationMode = authenticationMode, Revokes = Onboardings.OldWorkspace,
    });

    [Fact]
    public async Task The_old_grant_is_removed_only_after_samples_arrived_in_the_new_workspace()
    {
        var run = await engine.RunAsync(Onboardings.Moving);

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(["ProveIngest", "DeliverRemoteWrite", "IsItMerged?", "VerifyIngest", "IsOldGrantLeft?", "RemoveOldGrant", "RecordOutcome"], run.States.SkipWhile(state => state != "ProveIngest").Take(7));
        Assert.Equal(Onboardings.OldWorkspace, run.RequestOf<RemoveOldGrantRequest>("RemoveOldGrant").Trust!.PreviousWorkspaceArn);
        Assert.Equal(Change.Updated, run.RequestOf<RecordOutcomeRequest>("RecordOutcome").OldGrant!.Change);
    }

    [Fact]
    public async Task While_the_new_workspace_has_no_samples_the_old_grant_stays()
    {
        var run = await engine.RunAsync(Onboardings.Moving
            .On("VerifyIngest", Answer.Throws<BlockedException>(Causes.NoSamples))
            .On("EndElevation", Answer.Result(new EndElevationResult(Change.Unchanged)))
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Unhealthy)));

        Assert.DoesNotContain("RemoveOldGrant", run.States);
        Assert.Null(run.RequestOf<RecordOutcomeRequest>("RecordOutcome").OldGrant);
    }

    [Fact]
    public async Task An_old_grant_that_cannot_be_removed_is_recorded_beside_the_verification()
    {
        var run = await engine.RunAsync(Onboardings.Moving
            .On("RemoveOldGrant", Answer.Throws<BlockedException>(Causes.HubPermissionMissing))
            .On("EndElevation", Answer.Result(new EndElevationResult(Change.Unchanged)))
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Blocked)));

        Assert.Equal(["RemoveOldGrant", "EndElevation", "WhatComesNext?", "RecordOutcome"], run.States.SkipWhile(state => state != "RemoveOldGrant").Take(4));
        var recorded = run.RequestOf<RecordOutcomeRequest>("RecordOutcome");
        Assert.NotNull(recorded.Verification);
        Assert.Contains(Causes.HubPermissionMissing, recorded.Failure!.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Lambda_that_dies_while_it_removes_the_old_grant_is_repeated()
    {
        var run = await engine.RunAsync(Onboardings.Moving.First("RemoveOldGrant", Answer.Dies("Runtime.ExitError")));

        Assert.Equal(("SUCCEEDED", 2), (run.Status, run.CallsOf("RemoveOldGrant")));
    }

    [Fact]
    public async Task A_grant_that_is_due_goes_before_anything_in_the_cluster()
    {
        var run = await engine.RunAsync(Revoking);

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(["IsClusterActive?", "RevokeOldGrant", "CanItBeEntered?", "EnsureClusterAccess"], run.States.Skip(2).Take(4));
        Assert.Equal(
            new Revocation(RevocationKind.Revoke, Onboardings.Cluster.Arn, 1767323045000, Onboardings.OldWorkspace), run.RequestOf<RemoveOldGrantRequest>("RemoveOldGrant").Revocation);
        var recorded = run.RequestOf<RecordOutcomeRequest>("RecordOutcome");
        Assert.Equal((Onboardings.OldWorkspace, null), (recorded.Revoked!.RevokedWorkspaceArn, recorded.OldGrant));
    }

    [Fact]
    public async Task A_grant_that_is_due_goes_also_if_the_cluster_prevents_everything_else()
    {
        var run = await engine.RunAsync(Revoking
            .On("EnsureClusterAccess", Answer.Throws<BlockedException>(Causes.MemberPermissionMissing))
            .On("EndElevation", Answer.Result(new EndElevationResult(Change.Unchanged)))
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Blocked)));

        Assert.Equal(1, run.CallsOf("RemoveOldGrant"));
        Assert.NotNull(run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Revoked);
    }

    [Fact]
    public async Task A_dry_run_revokes_nothing()
    {
        var run = await engine.RunAsync(Revoking, $$"""{"clusterArn": "{{Onboardings.Cluster.Arn}}", "dryRun": true}""");

        Assert.Equal(0, run.CallsOf("RemoveOldGrant"));
    }

    [Fact]
    public async Task A_grant_that_cannot_be_removed_ends_the_execution_before_the_cluster_is_entered()
    {
        var run = await engine.RunAsync(Revoking
            .On("RemoveOldGrant", Answer.Throws<BlockedException>(Causes.HubPermissionMissing))
            .On("RecordOutcome", Onboardings.Recorded(Outcome.Blocked)));

        Assert.Equal(["RevokeOldGrant", "RecordOutcome"], run.States.Skip(3).Take(2));
        Assert.Contains(Causes.HubPermissionMissing, run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Failure!.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_in_mode_CONFIG_MAP_loses_the_grant_before_its_mode_is_switched()
    {
        var run = await engine.RunAsync(Revoking
            .On("DescribeCluster", Onboardings.Described(ClusterNext.Continue))
            .First("DescribeCluster", Due("CONFIG_MAP"))
            .On("SwitchAuthenticationMode", Onboardings.Switched(checks: 1)));

        Assert.Equal(["RevokeOldGrant", "CanItBeEntered?", "SwitchAuthenticationMode", "WaitForSwitch"], run.States.Skip(3).Take(4));
    }

    [Fact]
    public async Task An_opted_out_cluster_that_was_onboarded_is_offboarded_after_it_is_recorded()
    {
        var run = await engine.RunAsync(OptedOut);

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(["IsClusterActive?", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "StartOffboarding", "OnboardingEnded"], run.States.Skip(2));
        var input = Assert.Single(run.RequestsOf(StateNames.StartOffboarding));
        Assert.Equal(Onboardings.Cluster.Arn, input.GetProperty("clusterArn").GetString());
        Assert.Equal(1767323045000, input.GetProperty("createdAt").GetInt64());
        Assert.Equal("OptedOut", input.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_dry_run_offboards_nothing()
    {
        var run = await engine.RunAsync(OptedOut, $$"""{"clusterArn": "{{Onboardings.Cluster.Arn}}", "dryRun": true}""");

        Assert.Equal("OnboardingEnded", run.States[^1]);
        Assert.DoesNotContain(StateNames.StartOffboarding, run.States);
    }

    [Fact]
    public async Task The_execution_of_an_event_that_says_nothing_new_ends_and_records_nothing()
    {
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.Ignore, Outcome.Verified));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(["ResolveCluster", "DescribeCluster", "IsClusterActive?", "OnboardingEnded"], run.States);
    }

    [Fact]
    public async Task The_execution_of_an_offboarded_cluster_ends_and_starts_nothing()
    {
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.Offboarded, Outcome.Offboarded));

        Assert.Equal(["ResolveCluster", "DescribeCluster", "IsClusterActive?", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "OnboardingEnded"], run.States);
    }

    [Theory]
    [InlineData("AccessDeniedException")]
    [InlineData("StateMachineDoesNotExist")]
    public async Task An_offboarding_that_cannot_be_started_ends_in_a_state_of_that_name(string code)
    {
        var run = await engine.RunAsync(OptedOut.On(StateNames.StartOffboarding, Answer.Refused(400, code)));

        Assert.Equal(["StartOffboarding", "OffboardingNotStarted"], run.States.TakeLast(2));
        Assert.Equal(("FAILED", "OffboardingNotStarted"), (run.Status, run.Error));
        Assert.Contains(code, run.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_exceeds_the_limit_of_executions_is_retried()
    {
        var run = await engine.RunAsync(OptedOut.First(StateNames.StartOffboarding, Answer.Refused(400, "ExecutionLimitExceeded")));

        Assert.Equal(("SUCCEEDED", 2), (run.Status, run.CallsOf(StateNames.StartOffboarding)));
    }
}
