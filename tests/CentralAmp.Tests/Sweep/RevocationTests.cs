using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Sweep;

/// <summary>A sweep takes grants from clusters that prevent every onboarding, and from clusters whose account is not listed.</summary>
public sealed class RevocationTests : IDisposable
{
    private const string Production = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-production";

    private static readonly HubSettings ByTag = Some.Settings with
    {
        Routes = RouteTable.Parse(
            $$"""[{"name":"production","workspaceArn":"{{Production}}","tags":{"environment":"production"} }]""", Some.HubAccount, [Some.WorkspaceArn, Production]),
    };

    private readonly InspectionScene scene = new(ByTag);

    public void Dispose() => scene.Dispose();

    [Fact]
    public async Task The_first_sweep_records_when_the_route_left_and_a_later_one_removes_the_grant_of_a_cluster_that_nobody_reaches()
    {
        scene.Item = scene.Item with { WorkspaceArn = Production };
        scene.Stack.FailOnce($"GET {CentralAmp.Kubernetes.KubernetesPath.AllPrometheuses}", InspectionScene.Blocked(Causes.EndpointUnreachable));
        Assert.Equal(Finding.Unreachable, (await scene.InspectAsync()).Finding);
        Assert.Equal((Production, Some.Noon, null), (scene.Item.FormerWorkspaceArn, scene.Item.RouteLeftAt, scene.Known!.GrantDue));
        Assert.Null(StartDecider.Decide(scene.Known!, InspectionScene.Sweep));

        // Not even EKS answers any more.
        scene.EksFailure = InspectionScene.Blocked(Causes.MemberRoleNotAssumable);
        scene.Clock.Advance(TimeSpan.FromHours(23));
        await scene.InspectAsync();
        Assert.Null(scene.Known!.GrantDue);
        scene.Clock.Advance(TimeSpan.FromHours(1));
        await scene.InspectRegisteredAsync();
        Assert.Equal((Some.Noon, Production), (scene.Item.RouteLeftAt, scene.Known!.GrantDue));
        var start = StartDecider.Decide(scene.Known!, InspectionScene.Sweep);
        Assert.Equal((SweepWorkflow.Revoke, Production), (start!.Workflow, start.WorkspaceArn));
    }

    [Fact]
    public async Task A_workspace_that_no_route_gives_the_account_goes_by_the_first_sweep()
    {
        const string Foreign = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-of-others";
        scene.Item = scene.Item with { WorkspaceArn = Foreign };
        scene.EksFailure = InspectionScene.Blocked(Causes.MemberPermissionMissing);
        await scene.InspectAsync();
        Assert.Equal(Foreign, StartDecider.Decide(scene.Known!, InspectionScene.Sweep)!.WorkspaceArn);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cluster_whose_inspection_keeps_failing_transiently_does_not_keep_the_grant(bool answers)
    {
        scene.Item = scene.Item with { WorkspaceArn = Production, FormerWorkspaceArn = Production, RouteLeftAt = Some.Noon.AddDays(-1) };
        scene.EksFailure = answers ? null : new TransientException(Causes.Throttled, "As planned.", "None.");
        var failure = new CaughtFailure(nameof(TransientException), new TransientException(Causes.KubernetesUnavailable, "As planned.", "None.").Message);
        await scene.RunAsync(new(Some.Execution("sweep"), InspectionScene.Sweep, scene.Cluster.Arn, Failure: failure));
        Assert.Equal((Finding.Unreachable, SweepWorkflow.Revoke), (scene.Known!.Finding, StartDecider.Decide(scene.Known!, InspectionScene.Sweep)!.Workflow));
        Assert.Equal(Some.Noon.AddDays(-1), scene.Item.RouteLeftAt);
    }

    [Fact]
    public async Task A_failed_inspection_notices_the_route_as_well()
    {
        scene.Item = scene.Item with { WorkspaceArn = Production };
        var failure = new CaughtFailure(nameof(TransientException), new TransientException(Causes.KubernetesUnavailable, "As planned.", "None.").Message);
        await scene.RunAsync(new(Some.Execution("sweep"), InspectionScene.Sweep, scene.Cluster.Arn, Failure: failure));
        Assert.Equal((Production, Some.Noon), (scene.Item.FormerWorkspaceArn, scene.Item.RouteLeftAt));
    }

    [Fact]
    public async Task A_cluster_that_can_be_onboarded_is_onboarded_which_removes_the_grant_first()
    {
        scene.Item = scene.Item with { WorkspaceArn = Production, FormerWorkspaceArn = Production, RouteLeftAt = Some.Noon.AddDays(-2) };
        Assert.Equal(Finding.Reroute, (await scene.InspectAsync()).Finding);
        Assert.Equal(SweepWorkflow.Onboard, StartDecider.Decide(scene.Known!, InspectionScene.Sweep)!.Workflow);
    }

    [Fact]
    public async Task A_route_that_came_back_clears_the_record()
    {
        scene.Item = scene.Item with { FormerWorkspaceArn = Some.WorkspaceArn, RouteLeftAt = Some.Noon.AddDays(-2) };
        Assert.Equal(Finding.Unchanged, (await scene.InspectAsync()).Finding);
        Assert.Equal((null, null, null), (scene.Item.FormerWorkspaceArn, scene.Item.RouteLeftAt, scene.Known!.GrantDue));
    }

    [Fact]
    public async Task An_account_that_two_successive_sweeps_do_not_list_is_cut()
    {
        Assert.Equal(new InspectClusterResult(Finding.Unreachable, Causes.AccountNotListed), await scene.InspectRegisteredAsync(accountListed: false));
        Assert.Null(StartDecider.Decide(scene.Known!, InspectionScene.Sweep));
        var next = new SweepReference("sweep-3", Some.Noon.AddHours(6), "sweep-2");
        Assert.Equal(new InspectClusterResult(Finding.Unlisted, Causes.AccountNotListed), await scene.InspectRegisteredAsync(next, accountListed: false));
        Assert.Equal(SweepWorkflow.Cut, StartDecider.Decide(scene.Known!, next)!.Workflow);
        // A braked sweep does not start the count again.
        var third = new SweepReference("sweep-4", Some.Noon.AddHours(12), "sweep-3");
        Assert.Equal(Finding.Unlisted, (await scene.InspectRegisteredAsync(third, accountListed: false)).Finding);
        Assert.Equal(0, scene.CallsToEks);
    }

    [Fact]
    public async Task A_sweep_in_between_that_lists_the_account_starts_the_count_again()
    {
        await scene.InspectRegisteredAsync(accountListed: false);
        // As in a sweep that could not list all accounts: none of them counts as unlisted then.
        scene.EksFailure = InspectionScene.Blocked(Causes.MemberRoleNotAssumable);
        await scene.InspectRegisteredAsync(new SweepReference("sweep-3", Some.Noon, "sweep-2"));
        Assert.Equal(Finding.Unreachable, (await scene.InspectRegisteredAsync(new SweepReference("sweep-4", Some.Noon, "sweep-3"), accountListed: false)).Finding);
    }

    [Fact]
    public async Task A_cut_cluster_whose_account_is_listed_again_is_onboarded()
    {
        scene.Trust.Hub.Policy = TrustPolicies.Denial;
        scene.Item = scene.Item with { State = Outcome.Blocked, Cause = Causes.AccountNotListed, CutSince = Some.Noon };
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
        Assert.Equal(SweepWorkflow.Onboard, StartDecider.Decide(scene.Known!, InspectionScene.Sweep)!.Workflow);
    }

    [Fact]
    public async Task The_hubs_own_clusters_are_never_cut()
    {
        using var hub = new InspectionScene(Some.Settings with { HubAccountId = Some.MemberAccount });
        await hub.InspectRegisteredAsync(accountListed: false);
        Assert.Equal(Finding.Unreachable, (await hub.InspectRegisteredAsync(new SweepReference("sweep-3", Some.Noon, "sweep-2"), accountListed: false)).Finding);
    }

    [Fact]
    public void Cuts_and_revocations_count_for_the_brake_until_they_are_done()
    {
        var count = new FleetCount(InspectionScene.Sweep);
        count.Add(new FleetPage(
            [
                Item("a", Finding.Unlisted), Item("b", Finding.Unlisted) with { Item = Item("b", null).Item with { CutSince = Some.Noon, State = Outcome.Blocked, VerifiedAt = Some.Noon } },
                Item("c", Finding.Unreachable) with { GrantDue = Production }, Item("d", Finding.Reroute) with { GrantDue = Production },
                Item("e", Finding.Unchanged) with { GrantDue = Production, SweepId = "sweep-1" },
            ],
            [],
            null));
        Assert.Equal((1, 2, 5, 1, 3), (count.Removals, count.Reroutes, count.Living, count.Cut, count.Unreached));
    }

    private static FleetItem Item(string name, Finding? finding) =>
        new(new RegistryItem { ClusterArn = ClusterArn.Build(Some.MemberAccount, "us-east-1", name).Arn, CreatedAt = 1, State = Outcome.Verified })
        {
            Finding = finding,
            SweepId = InspectionScene.Sweep.Id,
        };
}
