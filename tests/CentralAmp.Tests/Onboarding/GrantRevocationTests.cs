using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;
using CentralAmp.Tests.Trust;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

/// <summary>A grant goes whatever the cluster does: by the hub's IAM and the registry alone.</summary>
public sealed class GrantRevocationTests(MotoServer moto) : IAsyncLifetime
{
    private const string New = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-new";
    private readonly FakeTrustStores accounts = new();
    private RegistryTable table = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private FakeTrustStore Hub => accounts.Hub;

    public async ValueTask InitializeAsync()
    {
        table = await RegistryTable.CreateAsync(moto);
        accounts.Settle(Trust(Some.WorkspaceArn));
        await RecordAsync(Outcome.Verified);
    }

    public ValueTask DisposeAsync()
    {
        table.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_only_grant_becomes_a_denial_and_the_role_stays()
    {
        Assert.Equal(Change.Updated, await RevokeAsync());
        Assert.Equal([TrustAction.TagRole, TrustAction.PutPolicy], Hub.Writes);
        Assert.Equal(TrustPolicies.Denial, Hub.Policy);
        Assert.Equal("none", Hub.Role!.Tags[TrustTags.WorkspaceArn]);
        var item = (await ItemAsync())!;
        Assert.Equal((Outcome.Blocked, Causes.GrantRemoved, null, null), (item.State, item.Cause, item.WorkspaceArn, item.FormerWorkspaceArn));
        Assert.Contains($"The grant for {Some.WorkspaceArn}, which its route has left, was removed", item.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_onboarding_does_not_grant_it_again()
    {
        await RevokeAsync();
        var ensured = await new EnsureTrustStep(accounts, table.Registry, Some.Settings, NullLogger<EnsureTrustStep>.Instance).RunAsync(
            new EnsureTrustRequest(Some.Execution(), Some.Cluster(), Some.Described(), TrustPoliciesTests.Plan(workspaceArn: New)), Cancelled);
        Assert.Null(ensured.PreviousWorkspaceArn);
        Assert.Equal(Trust(New).Hub.Policy, Hub.Policy);
    }

    [Fact]
    public async Task During_a_move_only_the_old_workspace_goes()
    {
        Hub.Policy = Trust(New).Hub.StillGranting(Some.WorkspaceArn).Policy;
        await RecordAsync(Outcome.Unhealthy, New);
        Assert.Equal(Change.Updated, await RevokeAsync());
        Assert.Equal(Trust(New).Hub.Policy, Hub.Policy);
        Assert.Equal(New, Hub.Role!.Tags[TrustTags.WorkspaceArn]);
        var item = (await ItemAsync())!;
        Assert.Equal((Outcome.Unhealthy, New, null), (item.State, item.WorkspaceArn, item.FormerWorkspaceArn));
    }

    [Fact]
    public async Task A_repetition_writes_nothing()
    {
        await RevokeAsync();
        Hub.Writes.Clear();
        Assert.Equal(Change.Unchanged, await RevokeAsync());
        Assert.Empty(Hub.Writes);
    }

    [Fact]
    public async Task After_a_kill_between_tag_and_policy_the_record_still_asks_for_the_removal()
    {
        Hub.Racer = action => _ = action == TrustAction.PutPolicy ? throw new InvalidOperationException("killed") : action;
        await Assert.ThrowsAsync<InvalidOperationException>(() => RevokeAsync());
        Assert.Equal(Some.WorkspaceArn, (await ItemAsync())!.FormerWorkspaceArn);
        Hub.Racer = null;
        Assert.Equal(Change.Updated, await RevokeAsync());
        Assert.Equal(TrustPolicies.Denial, Hub.Policy);
    }

    [Fact]
    public async Task A_foreign_role_is_left_alone()
    {
        Hub.Role = Hub.Role! with { Tags = new Dictionary<string, string>() };
        Assert.Equal(Causes.RoleForeign, (await Assert.ThrowsAsync<BlockedException>(() => RevokeAsync())).Cause);
        Assert.Empty(Hub.Writes);
    }

    [Theory]
    [InlineData(Outcome.Offboarding)]
    [InlineData(Outcome.OptedOut)]
    public async Task What_is_offboarded_is_not_changed(Outcome state)
    {
        await RecordAsync(state);
        Assert.Equal((Change.Unchanged, Change.Unchanged), (await RevokeAsync(), await CutAsync()));
        Assert.Empty(Hub.Writes);
    }

    [Fact]
    public async Task A_cut_cluster_is_denied_and_recorded_before_and_keeps_the_time_of_the_first_cut()
    {
        Hub.Racer = _ => throw new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(() => CutAsync());
        var item = (await ItemAsync())!;
        Assert.Equal((Outcome.Blocked, Causes.AccountNotListed, table.Clock.GetUtcNow()), (item.State, item.Cause, item.CutSince));
        // The workspace and the facts stay, so that the access can be restored.
        Assert.Equal(Some.WorkspaceArn, item.WorkspaceArn);

        Hub.Racer = null;
        table.Clock.Advance(TimeSpan.FromHours(6));
        Assert.Equal(Change.Updated, await CutAsync("sweep-3", 6 * 3600));
        Assert.Equal((TrustPolicies.Denial, item.CutSince), (Hub.Policy, (await ItemAsync())!.CutSince));
        Assert.Equal(Change.Unchanged, await CutAsync("sweep-4", 12 * 3600));
        Assert.Equal([TrustAction.PutPolicy], Hub.Writes);
    }

    [Fact]
    public async Task A_cluster_that_a_later_execution_recorded_is_not_cut()
    {
        await RecordAsync(Outcome.Verified, execution: Some.Execution("later", 7200));
        Assert.Equal(Change.Unchanged, await CutAsync());
        Assert.Empty(Hub.Writes);
    }

    private static ClusterTrust Trust(string workspaceArn) =>
        ClusterTrust.For(Some.Cluster(), Some.Described(), TrustPoliciesTests.Plan(workspaceArn: workspaceArn).PlannedTrust(), Some.Settings);

    private GrantRevocation Revocations => new(accounts, table.Registry, Some.Settings, table.Clock, NullLogger<GrantRevocation>.Instance);

    private Task<Change> RevokeAsync() => Revocations.RevokeAsync(
        new Revocation(RevocationKind.Revoke, Some.Cluster().Arn, Some.CreatedAt, Some.WorkspaceArn), Some.Execution("sweep", 3600), Cancelled);

    private Task<Change> CutAsync(string name = "sweep", int startedAfterNoonSeconds = 3600) => Revocations.RevokeAsync(
        new Revocation(RevocationKind.Cut, Some.Cluster().Arn, Some.CreatedAt), Some.Execution(name, startedAfterNoonSeconds), Cancelled);

    private Task<bool> RecordAsync(Outcome state, string workspaceArn = Some.WorkspaceArn, ExecutionReference? execution = null) => table.Registry.RecordAsync(
        new RegistryItem
        {
            ClusterArn = Some.Cluster().Arn,
            CreatedAt = Some.CreatedAt,
            State = state,
            Sentence = "It sends." + GrantDecider.StillGranted(new FormerGrant(Some.WorkspaceArn, Some.Noon), TimeSpan.FromDays(1)),
            WorkspaceArn = workspaceArn,
            FormerWorkspaceArn = Some.WorkspaceArn,
            RouteLeftAt = Some.Noon,
        },
        execution ?? Some.Execution(),
        Cancelled);

    private Task<RegistryItem?> ItemAsync() => table.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, Cancelled);
}
