using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Sweep;

public sealed class InspectClusterTests : IDisposable
{
    private const string OtherWorkspace = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-2";

    private readonly InspectionScene scene = new();

    public void Dispose() => scene.Dispose();

    [Fact]
    public async Task A_cluster_in_the_desired_state_is_unchanged_and_nothing_is_written_to_it()
    {
        Assert.Equal(new InspectClusterResult(Finding.Unchanged, null), await scene.InspectAsync());
        Assert.Equal(("sweep-2", Some.Noon), (scene.Known!.SweepId, scene.Known.InspectedAt));
        Assert.Empty(scene.Entries.Writes);
        Assert.Empty(scene.Trust.Hub.Writes);
        // Only the delivery of the scene was written.
        Assert.Equal(3, scene.Stack.Writes.Count);
    }

    [Fact]
    public async Task An_item_from_before_the_facts_is_completed_by_the_finding_and_nothing_else_is_written()
    {
        Assert.Null(scene.Item.Facts.Onboarded());
        var writes = scene.Stack.Writes.Count;
        Assert.Equal(Finding.Unchanged, (await scene.InspectAsync()).Finding);
        var facts = scene.Item.Facts;
        Assert.Equal(("monitoring", "stack", "stack-prometheus"), (facts.Onboarded()!.Namespace, facts.Onboarded()!.Name, facts.Onboarded()!.ServiceAccount));
        Assert.True(facts.Has("Role", "monitoring/central-amp-write") && facts.Has("ServiceAccount", "monitoring/stack-prometheus"));
        Assert.Equal((writes, 0, 1), (scene.Stack.Writes.Count, scene.Trust.Hub.Writes.Count, scene.Trust.Hub.RoleReads));

        await scene.InspectAsync();
        Assert.Equal(1, scene.Trust.Hub.RoleReads);
    }

    [Fact]
    public async Task A_tenants_Prometheus_with_CentralAmps_marks_makes_no_difference_to_a_sweep()
    {
        await scene.InspectAsync();
        var path = KubernetesPath.Prometheus("team", "theirs");
        scene.Stack.Objects.Create(path, "central-amp", System.Text.Json.Nodes.JsonNode.Parse(
            """{"metadata":{"name":"theirs","namespace":"team"},"spec":{"serviceAccountName":"theirs","remoteWrite":[{"name":"central-amp","url":"https://elsewhere"}]}}""")!.AsObject());
        Assert.Equal(Finding.Unchanged, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task A_chained_cluster_in_the_desired_state_is_unchanged()
    {
        using var chained = new InspectionScene(Some.Settings with { TrustMode = TrustModes.Chained });
        Assert.Equal(Finding.Unchanged, (await chained.InspectAsync()).Finding);
        Assert.Equal((1, 1), (chained.Trust.Hub.Reads, chained.Trust.Member.Reads));
        chained.Trust.Member.Policy = null;
        Assert.Equal(Finding.Differs, (await chained.InspectAsync()).Finding);
    }

    public static TheoryData<string> Drifts => [.. Breaks.Keys];

    [Theory]
    [MemberData(nameof(Drifts))]
    public async Task Each_drift_in_AWS_and_in_the_cluster_differs(string drift)
    {
        Breaks[drift](scene);
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task A_cluster_whose_event_was_missed_is_new_after_one_read()
    {
        Forget();
        Assert.Equal(Finding.New, (await scene.InspectAsync()).Finding);
        Assert.Equal(Finding.New, scene.Known!.Finding);
        Assert.Empty(scene.Entries.Calls);
    }

    [Fact]
    public async Task A_cluster_with_invalid_tags_is_new_so_that_an_onboarding_records_the_reason()
    {
        Forget();
        Tag(("central-amp:onboard", "perhaps"));
        Assert.Equal(Finding.New, (await scene.InspectAsync()).Finding);
    }

    [Theory]
    [InlineData(-30, Finding.NotReady)]
    [InlineData(-61, Finding.New)]
    public async Task A_cluster_being_created_is_left_to_its_event_as_long_as_an_onboarding_waits(int createdMinutes, Finding expected)
    {
        var createdAt = Some.Noon.AddMinutes(createdMinutes).ToUnixTimeMilliseconds();
        scene.Observed = Some.Observed with { Status = "CREATING", CreatedAt = createdAt };
        Assert.Equal(expected, (await scene.InspectAsync()).Finding);
        Assert.Equal(expected == Finding.New, scene.Registry[scene.Cluster.Arn, createdAt] is not null);
    }

    [Fact]
    public async Task A_cluster_being_deleted_is_left_to_its_event()
    {
        scene.Observed = Some.Observed with { Status = "DELETING" };
        Assert.Equal(Finding.NotReady, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task A_cluster_not_found_once_is_not_ready_and_not_found_by_the_next_sweep_is_gone()
    {
        scene.Observed = null;
        Assert.Equal(new InspectClusterResult(Finding.NotReady, Causes.ClusterNotFound), await scene.InspectRegisteredAsync());
        // A repetition in the same sweep, as after a killed Lambda, does not count as a second sweep.
        Assert.Equal(Finding.NotReady, (await scene.InspectRegisteredAsync()).Finding);
        Assert.Equal(Finding.Gone, (await scene.InspectRegisteredAsync(After("sweep-3", "sweep-2"))).Finding);
        Assert.Equal(Finding.Gone, (await scene.InspectRegisteredAsync(After("sweep-3", "sweep-2"))).Finding);
    }

    [Fact]
    public async Task A_cluster_that_was_gone_for_a_sweep_that_the_brake_stopped_is_gone_for_the_next_one()
    {
        scene.Observed = null;
        await scene.InspectRegisteredAsync();
        Assert.Equal(Finding.Gone, (await scene.InspectRegisteredAsync(After("sweep-3", "sweep-2"))).Finding);
        Assert.Equal(Finding.Gone, (await scene.InspectRegisteredAsync(After("sweep-4", "sweep-3"))).Finding);
    }

    [Fact]
    public async Task A_sweep_in_between_that_could_not_inspect_it_restarts_the_count()
    {
        scene.Observed = null;
        await scene.InspectRegisteredAsync();
        scene.EksFailure = InspectionScene.Blocked(Causes.MemberRoleNotAssumable);
        Assert.Equal(Finding.Unreachable, (await scene.InspectRegisteredAsync(After("sweep-3", "sweep-2"))).Finding);
        scene.EksFailure = null;
        Assert.Equal(Finding.NotReady, (await scene.InspectRegisteredAsync(After("sweep-4", "sweep-3"))).Finding);
    }

    [Fact]
    public async Task A_cluster_that_is_found_again_is_not_counted_as_missing()
    {
        scene.Observed = null;
        await scene.InspectRegisteredAsync();
        scene.Observed = Some.Observed;
        Assert.Equal(Finding.Unchanged, (await scene.InspectAsync(After("sweep-3", "sweep-2"))).Finding);
        Assert.Null(scene.Known!.MissingSweep);
    }

    [Fact]
    public async Task A_newer_cluster_of_the_name_means_that_the_old_one_is_gone_and_is_inspected_separately()
    {
        scene.Observed = Some.Observed with { CreatedAt = Some.CreatedAt + 1 };
        Assert.Equal(Finding.Gone, (await scene.InspectRegisteredAsync()).Finding);
        Assert.Equal(Finding.New, (await scene.InspectAsync()).Finding);
        Assert.Equal(Finding.Gone, scene.Known!.Finding);
        Assert.Equal(Finding.New, scene.Registry[scene.Cluster.Arn, Some.CreatedAt + 1]!.Finding);
    }

    [Theory]
    [InlineData(Causes.MemberRoleNotAssumable)]
    [InlineData(Causes.MemberPermissionMissing)]
    [InlineData(Causes.DeniedByServiceControlPolicy)]
    [InlineData(Causes.RegionDisabled)]
    public async Task A_cluster_whose_account_denies_is_unreachable_and_never_gone(string cause)
    {
        scene.EksFailure = InspectionScene.Blocked(cause);
        Assert.Equal(new InspectClusterResult(Finding.Unreachable, cause), await scene.InspectRegisteredAsync());
        Assert.Equal(new InspectClusterResult(Finding.Unreachable, cause), await scene.InspectRegisteredAsync(After("sweep-3", "sweep-2")));
    }

    [Fact]
    public async Task An_unlisted_account_is_reported_without_a_call_to_it()
    {
        Assert.Equal(new InspectClusterResult(Finding.Unreachable, Causes.AccountNotListed), await scene.InspectRegisteredAsync(accountListed: false));
        Assert.Equal(0, scene.CallsToEks);
    }

    [Fact]
    public async Task A_listed_cluster_that_cannot_be_described_is_reported_in_its_item_or_without_createdAt()
    {
        scene.EksFailure = InspectionScene.Blocked(Causes.MemberPermissionMissing);
        await scene.InspectAsync();
        Assert.Equal(Finding.Unreachable, scene.Known!.Finding);

        using var unknown = new InspectionScene { EksFailure = InspectionScene.Blocked(Causes.MemberPermissionMissing) };
        unknown.Item = unknown.Item with { State = Outcome.Offboarded };
        await unknown.InspectAsync();
        Assert.Equal(Finding.Unreachable, unknown.Registry[unknown.Cluster.Arn, 0]!.Finding);
        Assert.True(unknown.Registry[unknown.Cluster.Arn, 0]!.IsPlaceholder);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_unreachable_and_missing_permissions_are_a_difference()
    {
        scene.Stack.FailOnce($"GET {KubernetesPath.AllPrometheuses}", InspectionScene.Blocked(Causes.EndpointUnreachable));
        Assert.Equal(new InspectClusterResult(Finding.Unreachable, Causes.EndpointUnreachable), await scene.InspectAsync());
        scene.Stack.FailOnce($"GET {KubernetesPath.AllPrometheuses}", 403);
        Assert.Equal(new InspectClusterResult(Finding.Differs, Causes.KubernetesForbidden), await scene.InspectAsync());
        scene.Stack.FailOnce($"GET {KubernetesPath.AllPrometheuses}", 401);
        Assert.Equal(new InspectClusterResult(Finding.Differs, Causes.KubernetesUnauthorized), await scene.InspectAsync());
    }

    [Fact]
    public async Task Transient_errors_are_left_to_the_state_machine()
    {
        scene.EksFailure = new TransientException(Causes.Throttled, "As planned.", "None.");
        await Assert.ThrowsAsync<TransientException>(() => scene.InspectAsync());
    }

    [Fact]
    public async Task A_failure_that_the_state_machine_caught_is_recorded_without_an_inspection()
    {
        var caught = new CaughtFailure(nameof(TransientException), FailureMessage.Format(Causes.Throttled, "For long.", "None."));
        var result = await scene.RunAsync(new(Some.Execution("sweep"), InspectionScene.Sweep, scene.Cluster.Arn, Failure: caught));
        Assert.Equal(new InspectClusterResult(Finding.Unreachable, Causes.Throttled), result);
        // For the tags, because a former grant may be due.
        Assert.Equal(1, scene.CallsToEks);
        Assert.Equal(Finding.Unreachable, scene.Known!.Finding);
    }

    [Fact]
    public async Task A_tombstone_stays_as_it_is_whatever_the_cluster_does()
    {
        scene.Item = scene.Item with { State = Outcome.Offboarded };
        scene.Trust.Hub.Role = null;
        Assert.Equal(Finding.Unchanged, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task An_onboarded_cluster_that_opts_out_is_found_and_one_that_has_opted_out_is_unchanged()
    {
        Tag(("central-amp:onboard", "false"));
        Assert.Equal(Finding.OptedOut, (await scene.InspectAsync()).Finding);
        scene.Item = scene.Item with { State = Outcome.OptedOut, RoleArn = null };
        Assert.Equal(Finding.Unchanged, (await scene.InspectAsync()).Finding);
        scene.Observed = Some.Observed;
        Assert.Equal(Finding.New, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task A_cluster_that_opted_out_before_it_was_registered_gets_no_item()
    {
        Forget();
        Tag(("central-amp:onboard", "false"));
        Assert.Equal(Finding.Unchanged, (await scene.InspectAsync()).Finding);
        Assert.Empty(scene.Registry.Writes);
    }

    [Theory]
    [InlineData(OffboardingReason.Manual, false, Finding.OptedOut)]
    [InlineData(OffboardingReason.OptedOut, true, Finding.OptedOut)]
    [InlineData(OffboardingReason.OptedOut, false, Finding.Differs)]
    public async Task An_incomplete_offboarding_is_resumed_unless_the_cluster_opted_in_again(OffboardingReason reason, bool tagged, Finding expected)
    {
        scene.Item = scene.Item with { State = Outcome.Offboarding, Reason = reason, Cause = Causes.EntryKeptAtSource };
        if (tagged)
        {
            Tag(("central-amp:onboard", "false"));
        }

        Assert.Equal(expected, (await scene.InspectAsync()).Finding);
    }

    [Theory]
    [InlineData(OffboardingReason.Deleted)]
    [InlineData(OffboardingReason.Swept)]
    public async Task A_cluster_that_was_recorded_as_gone_but_exists_is_reported_to_an_operator_and_starts_nothing(OffboardingReason reason)
    {
        scene.Item = scene.Item with { State = Outcome.Offboarding, Reason = reason, Cause = Causes.ClusterDeleting };
        Assert.Equal(new InspectClusterResult(Finding.Unchanged, Causes.ClusterOffboarded), await scene.InspectAsync());
        Assert.Null(StartDecider.Decide(scene.Known!, InspectionScene.Sweep));

        // Once it is gone, it is offboarded as usual.
        scene.Observed = null;
        await scene.InspectRegisteredAsync(After("sweep-3", "sweep-2"));
        Assert.Equal(Finding.Gone, (await scene.InspectRegisteredAsync(After("sweep-4", "sweep-3"))).Finding);
    }

    [Fact]
    public async Task A_cluster_in_which_an_execution_is_elevated_is_left_to_that_execution()
    {
        scene.Item = scene.Item with { Elevation = new ElevationLease("another execution", Some.Noon.AddMinutes(1)) };
        scene.Entries.Admin = true;
        Assert.Equal(Finding.NotReady, (await scene.InspectAsync()).Finding);
        scene.Clock.Advance(TimeSpan.FromMinutes(2));
        scene.NewestSample = -20;
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task A_parked_cluster_is_unchanged_until_it_has_a_collector()
    {
        var collector = scene.Stack.Prometheus;
        scene.Item = scene.Item with { State = Outcome.Parked, Cause = Causes.NoCollectorYet };
        scene.Stack.Objects.Delete(KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, FakeCollectorCluster.Name));
        Assert.Equal(new InspectClusterResult(Finding.Unchanged, Causes.NoCollectorYet), await scene.InspectAsync());
        // Its item names its former workspace. The execution that waits moves it; no sweep starts another one.
        scene.Item = scene.Item with { WorkspaceArn = OtherWorkspace };
        Assert.Equal(Finding.Unchanged, (await scene.InspectAsync()).Finding);
        scene.Item = scene.Item with { WorkspaceArn = Some.WorkspaceArn };

        scene.Stack.Objects.Create(KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, FakeCollectorCluster.Name), "helm", collector);
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task A_blocked_cluster_is_unchanged_while_its_cause_remains_and_retried_as_soon_as_it_does_not()
    {
        scene.Item = scene.Item with { State = Outcome.Blocked, Cause = Causes.RoleForeign };
        var role = scene.Trust.Hub.Role!;
        scene.Trust.Hub.Role = role with { Tags = new Dictionary<string, string>() };
        Assert.Equal(new InspectClusterResult(Finding.Unchanged, Causes.RoleForeign), await scene.InspectAsync());
        scene.Trust.Hub.Role = role;
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
        scene.Observed = Some.Observed with { AuthenticationMode = "CONFIG_MAP" };
        Assert.Equal(new InspectClusterResult(Finding.Differs, Causes.AuthenticationModeConfigMap), await scene.InspectAsync());
    }

    [Fact]
    public async Task A_cluster_whose_authentication_mode_must_be_switched_is_onboarded()
    {
        foreach (var (switches, finding) in ((bool, Finding)[])[(false, Finding.Unchanged), (true, Finding.Differs)])
        {
            using var blocked = new InspectionScene(Some.Settings with { SwitchConfigMap = switches });
            blocked.Item = blocked.Item with { State = Outcome.Blocked, Cause = Causes.AuthenticationModeConfigMap };
            blocked.Observed = Some.Observed with { AuthenticationMode = "CONFIG_MAP" };
            Assert.Equal(finding, (await blocked.InspectAsync()).Finding);
        }
    }

    [Theory]
    [InlineData(Outcome.RolledBack, Causes.PodsNotReady)]
    [InlineData(Outcome.Blocked, Causes.PodsWithoutRole)]
    [InlineData(Outcome.Blocked, Causes.Reverted)]
    public async Task A_cause_that_only_an_onboarding_can_find_is_retried_once_a_day(Outcome state, string cause)
    {
        scene.Item = scene.Item with { State = state, Cause = cause, ExecutionStartedAt = Some.Noon.AddHours(-23) };
        Assert.Equal(new InspectClusterResult(Finding.Unchanged, cause), await scene.InspectAsync());
        scene.Item = scene.Item with { ExecutionStartedAt = Some.Noon.AddHours(-24) };
        Assert.Equal(new InspectClusterResult(Finding.Differs, cause), await scene.InspectAsync());
    }

    [Theory]
    [InlineData(Outcome.Offboarded, false, Finding.OptedOut)]
    [InlineData(Outcome.OptedOut, true, Finding.OptedOut)]
    [InlineData(Outcome.OptedOut, false, Finding.New)]
    [InlineData(Outcome.Verified, false, Finding.Unchanged)]
    public async Task What_was_written_after_the_offboarding_is_taken_back(Outcome state, bool optsOut, Finding finding)
    {
        scene.Item = scene.Item with { State = state, Late = "an execution" };
        scene.Observed = optsOut ? Some.Observed with { Tags = new Dictionary<string, string> { [ClusterTags.Onboard] = "false" } } : scene.Observed;
        Assert.Equal(finding, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task Facts_without_a_state_of_a_cluster_that_opted_out_are_taken_back()
    {
        var facts = scene.Item.Facts;
        scene.Item = new RegistryItem { ClusterArn = scene.Cluster.Arn, CreatedAt = Some.CreatedAt, Facts = facts with { Objects = ["ClusterRole central-amp-read"] } };
        scene.Observed = Some.Observed with { Tags = new Dictionary<string, string> { [ClusterTags.Onboard] = "false" } };
        Assert.Equal(Finding.OptedOut, (await scene.InspectAsync()).Finding);
        scene.Item = new RegistryItem { ClusterArn = scene.Cluster.Arn, CreatedAt = Some.CreatedAt };
        Assert.Equal(Finding.Unchanged, (await scene.InspectAsync()).Finding);
    }

    /// <summary>A configuration that the collector refused must not stay for a day.</summary>
    [Fact]
    public async Task A_delivery_that_no_execution_finished_is_finished_at_once()
    {
        scene.Item = scene.Item with { Facts = scene.Item.Facts with { Unfinished = "2026-03-01T11:00:00Z e" } };
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
        scene.Item = scene.Item with { State = Outcome.Blocked, Cause = Causes.PodsNotReady, ExecutionStartedAt = Some.Noon.AddHours(-1) };
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task A_failed_cluster_is_onboarded_again()
    {
        scene.Item = scene.Item with { State = Outcome.Failed, Cause = Causes.Throttled };
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task Missing_samples_differ_once_and_samples_that_arrive_again_are_recorded()
    {
        scene.NewestSample = null;
        Assert.Equal(new InspectClusterResult(Finding.Differs, Causes.NoSamples), await scene.InspectAsync());
        scene.Item = scene.Item with { State = Outcome.Unhealthy, Cause = Causes.NoSamples };
        Assert.Equal(new InspectClusterResult(Finding.Unchanged, Causes.NoSamples), await scene.InspectAsync());
        scene.NewestSample = -20;
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task A_missing_workspace_differs_until_an_onboarding_has_recorded_it()
    {
        scene.WorkspaceFailure = InspectionScene.Blocked(Causes.WorkspaceNotFound);
        Assert.Equal(new InspectClusterResult(Finding.Differs, Causes.WorkspaceNotFound), await scene.InspectAsync());
        scene.Item = scene.Item with { State = Outcome.Blocked, Cause = Causes.WorkspaceNotFound };
        Assert.Equal(Finding.Unreachable, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task An_edited_route_is_a_re_route_also_when_the_registry_is_ahead_of_the_role()
    {
        const string Routes = """[{"name":"eu","workspaceArn":"arn:aws:aps:eu-west-1:111111111111:workspace/ws-2","accounts":["222222222222"]}]""";
        var edited = Some.Settings with { MoreWorkspaceArns = [OtherWorkspace], Routes = RouteTable.Parse(Routes, Some.HubAccount, [Some.WorkspaceArn, OtherWorkspace]) };
        using var moved = new InspectionScene(edited);
        Assert.Equal(Finding.Reroute, (await moved.InspectAsync()).Finding);
        moved.Item = moved.Item with { WorkspaceArn = OtherWorkspace };
        Assert.Equal(Finding.Reroute, (await moved.InspectAsync()).Finding);
    }

    private static Dictionary<string, Action<InspectionScene>> Breaks { get; } = new()
    {
        ["the access entry is deleted"] = scene => scene.Entries.Entry = null,
        ["the access entry has another group"] = scene => scene.Entries.Entry = scene.Entries.Entry! with { KubernetesGroups = ["others"] },
        ["an elevation was not ended"] = scene => scene.Entries.Admin = true,
        ["the reading role is deleted"] = scene => scene.Stack.Objects.Delete(KubernetesPath.ClusterRole(RbacManifests.ReadName)),
        ["the writing role is deleted"] = scene => scene.Stack.Objects.Delete(KubernetesPath.Role(FakeCollectorCluster.Namespace, RbacManifests.WriteName)),
        ["the provider is deleted"] = scene => scene.Trust.Hub.Provider = null,
        ["the role is deleted"] = scene => scene.Trust.Hub.Role = null,
        ["the trust policy is changed"] = scene => scene.Trust.Hub.Role = scene.Trust.Hub.Role! with { TrustPolicy = "{}" },
        ["the boundary is changed"] = scene => scene.Trust.Hub.Role = scene.Trust.Hub.Role! with { BoundaryArn = "" },
        ["the ingest policy is deleted"] = scene => scene.Trust.Hub.Policy = null,
        ["the remote-write entry is removed"] = scene =>
            scene.Stack.Objects.Remove(KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, FakeCollectorCluster.Name), "spec", "remoteWrite"),
        ["the role annotation is removed"] = scene => scene.Stack.Objects.Remove(
            KubernetesPath.ServiceAccount(FakeCollectorCluster.Namespace, FakeCollectorCluster.Account), "metadata", "annotations", ManagedNames.ServiceAccountRoleAnnotation),
    };

    private static SweepReference After(string id, string previous) => new(id, Some.Noon.AddHours(6), previous);

    private void Forget() => scene.Registry.Clear();

    private void Tag(params (string Key, string Value)[] tags) => scene.Observed = Some.Observed with { Tags = tags.ToDictionary(tag => tag.Key, tag => tag.Value) };
}
