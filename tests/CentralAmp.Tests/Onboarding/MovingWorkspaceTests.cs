using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;
using CentralAmp.Tests.Trust;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

/// <summary>A cluster whose route changed: the new workspace is granted and verified, then the old grant is removed.</summary>
public sealed class MovingWorkspaceTests(MotoServer moto) : IAsyncLifetime
{
    private const string New = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-new";
    private readonly FakeTrustStores accounts = new();
    private readonly FakeCollectorCluster cluster = new();
    private RegistryTable table = null!;
    private string mode = TrustModes.Direct;

    private FakeTrustStore Hub => accounts.Hub;

    public async ValueTask InitializeAsync() => table = await RegistryTable.CreateAsync(moto);

    public ValueTask DisposeAsync()
    {
        table.Dispose();
        cluster.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("chained")]
    public async Task Until_the_new_workspace_is_verified_the_role_may_write_to_both(string trustMode)
    {
        mode = trustMode;
        accounts.Settle(Trust(Some.WorkspaceArn));
        var result = await EnsureAsync(New);
        Assert.Equal((Change.Updated, Some.WorkspaceArn), (result.Change, result.PreviousWorkspaceArn));
        Assert.Equal([TrustAction.PutPolicy], Hub.Writes);
        Assert.Empty(accounts.Member.Writes);
        Assert.Equal(Some.WorkspaceArn, Hub.Role!.Tags[TrustTags.WorkspaceArn]);
        Assert.Contains(New, Hub.Policy, StringComparison.Ordinal);
        Assert.Contains(Some.WorkspaceArn, Hub.Policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("chained")]
    public async Task After_verification_the_old_grant_is_removed_and_the_tag_names_the_new_workspace(string trustMode)
    {
        mode = trustMode;
        accounts.Settle(Trust(Some.WorkspaceArn));
        await EnsureAsync(New);
        Hub.Writes.Clear();

        Assert.Equal(Change.Updated, (await RemoveAsync(New)).Change);
        Assert.Equal([TrustAction.TagRole, TrustAction.PutPolicy], Hub.Writes);
        Assert.Equal(Trust(New).Hub.Policy, Hub.Policy);
        Assert.Equal(New, Hub.Role!.Tags[TrustTags.WorkspaceArn]);

        Assert.Equal((Change.Unchanged, null), ResultOf(await EnsureAsync(New)));
        Assert.Equal(Change.Unchanged, (await RemoveAsync(New)).Change);
        Assert.Empty(accounts.Member.Writes);
    }

    [Fact]
    public async Task A_run_that_is_repeated_before_verification_writes_nothing_and_still_returns_the_old_workspace()
    {
        accounts.Settle(Trust(Some.WorkspaceArn));
        await EnsureAsync(New);
        Assert.Equal((Change.Unchanged, Some.WorkspaceArn), ResultOf(await EnsureAsync(New)));
        Assert.Single(Hub.Writes);
    }

    [Fact]
    public async Task After_a_kill_between_tag_and_policy_the_repetition_and_the_next_run_both_narrow_the_policy()
    {
        await HalfRemovedAsync();
        Assert.Equal(Change.Updated, (await RemoveAsync(New)).Change);
        Assert.Equal(Trust(New).Hub.Policy, Hub.Policy);

        await HalfRemovedAsync();
        Assert.Equal((Change.Updated, null), ResultOf(await EnsureAsync(New)));
        Assert.Equal(Trust(New).Hub.Policy, Hub.Policy);
    }

    [Fact]
    public async Task A_route_back_to_the_old_workspace_before_verification_removes_the_new_grant()
    {
        accounts.Settle(Trust(Some.WorkspaceArn));
        await EnsureAsync(New);
        Assert.Equal((Change.Updated, null), ResultOf(await EnsureAsync(Some.WorkspaceArn)));
        Assert.Equal(Trust(Some.WorkspaceArn).Hub.Policy, Hub.Policy);
    }

    [Fact]
    public async Task A_third_workspace_is_granted_beside_the_one_that_was_verified_last()
    {
        const string Third = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-third";
        accounts.Settle(Trust(Some.WorkspaceArn));
        await EnsureAsync(New);
        Assert.Equal(Some.WorkspaceArn, (await EnsureAsync(Third)).PreviousWorkspaceArn);
        Assert.DoesNotContain(New, Hub.Policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workspace_that_no_route_gives_the_account_and_region_is_not_granted_beside_the_new_one()
    {
        accounts.Settle(Trust(New));
        Assert.Equal((Change.Updated, null), ResultOf(await EnsureAsync(Some.WorkspaceArn)));
        Assert.Equal(Trust(Some.WorkspaceArn).Hub.Policy, Hub.Policy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("somewhere")]
    [InlineData("arn:aws:s3:::bucket")]
    public async Task A_tag_that_names_no_workspace_is_repaired_and_grants_nothing(string tag)
    {
        accounts.Settle(Trust(New));
        Hub.Role = Hub.Role! with { Tags = new Dictionary<string, string>(Hub.Role.Tags) { [TrustTags.WorkspaceArn] = tag } };
        Assert.Equal((Change.Updated, null), ResultOf(await EnsureAsync(New)));
        Assert.Equal([TrustAction.TagRole], Hub.Writes);
    }

    [Fact]
    public async Task The_step_neither_creates_nor_changes_a_missing_or_foreign_role()
    {
        Assert.Equal(Change.Unchanged, (await RemoveAsync(New)).Change);
        accounts.Settle(Trust(Some.WorkspaceArn));
        Hub.Role = Hub.Role! with { Tags = new Dictionary<string, string>() };
        Assert.Equal(Causes.RoleForeign, (await Assert.ThrowsAsync<BlockedException>(() => RemoveAsync(New))).Cause);
        Assert.Empty(Hub.Writes);
    }

    [Fact]
    public async Task Only_tag_and_policy_are_changed_whatever_else_differs()
    {
        accounts.Settle(Trust(Some.WorkspaceArn));
        Hub.Role = Hub.Role! with { BoundaryArn = "", TrustPolicy = "{}" };
        await RemoveAsync(New);
        Assert.Equal([TrustAction.TagRole, TrustAction.PutPolicy], Hub.Writes);
    }

    private async Task HalfRemovedAsync()
    {
        accounts.Settle(Trust(Some.WorkspaceArn));
        await EnsureAsync(New);
        Hub.Racer = action => _ = action == TrustAction.PutPolicy ? throw new InvalidOperationException("killed") : action;
        await Assert.ThrowsAsync<InvalidOperationException>(() => RemoveAsync(New));
        Hub.Racer = null;
        Assert.Equal(New, Hub.Role!.Tags[TrustTags.WorkspaceArn]);
    }

    private static (Change, string?) ResultOf(EnsureTrustResult result) => (result.Change, result.PreviousWorkspaceArn);

    private OnboardingPlan Plan(string workspaceArn) => TrustPoliciesTests.Plan(workspaceArn: workspaceArn) with { TrustMode = mode };

    private ClusterTrust Trust(string workspaceArn) =>
        ClusterTrust.For(Some.Cluster(), Some.Described(), Plan(workspaceArn).PlannedTrust(), Some.Settings);

    private Task<EnsureTrustResult> EnsureAsync(string workspaceArn) =>
        new EnsureTrustStep(accounts, table.Registry, Some.Settings, NullLogger<EnsureTrustStep>.Instance).RunAsync(
            new EnsureTrustRequest(Some.Execution(), Some.Cluster(), Some.Described(), Plan(workspaceArn)), TestContext.Current.CancellationToken);

    private Task<RemoveOldGrantResult> RemoveAsync(string workspaceArn) =>
        new RemoveOldGrantStep(accounts, Revocations(), table.Registry, Some.Settings, NullLogger<RemoveOldGrantStep>.Instance).RunAsync(
            new RemoveOldGrantRequest(
                Some.Execution(),
                Some.Cluster(),
                Some.Described(),
                Plan(workspaceArn),
                new EnsureTrustResult(Change.Updated, "arn:role", "arn:provider", CentralAmp.Access.RbacAccess.Allowed) { PreviousWorkspaceArn = Some.WorkspaceArn }),
            TestContext.Current.CancellationToken);

    private GrantRevocation Revocations() => new(accounts, table.Registry, Some.Settings, table.Clock, NullLogger<GrantRevocation>.Instance);
}
