using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Access;

public sealed class ElevationTests(MotoServer moto) : IClusterReader
{
    private readonly FakeAccessEntries entries = new() { Entry = new("STANDARD", ["central-amp"], new Dictionary<string, string>()) };

    /// <summary>The cluster that has the name now.</summary>
    private ObservedCluster? current = Some.Observed;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_elevation_is_started_and_ended_without_remaining_rights()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.Equal(Change.Created, await StartAsync(table, "first"));
        Assert.True(entries.Admin);
        Assert.Equal(Change.Updated, await EndAsync(table, "first"));
        Assert.False(entries.Admin);
        Assert.Null(await LeaseHolderAsync(table));
    }

    [Fact]
    public async Task The_elevation_of_a_new_cluster_creates_the_access_entry()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.Entry = null;
        await StartAsync(table, "first");
        Assert.Equal(["Create", "AssociateAdmin"], entries.Writes);
        Assert.Equal(["central-amp"], entries.Entry!.KubernetesGroups);
        Assert.Equal(Some.Cluster().Arn, entries.Entry.Tags["central-amp:cluster-arn"]);
    }

    /// <summary>Offboarding removed it in between.</summary>
    [Fact]
    public async Task After_the_trust_was_ensured_a_missing_access_entry_is_not_created_again()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.Entry = null;
        Assert.Equal(Causes.AccessEntryMissing, (await Assert.ThrowsAsync<NotReadyException>(() => StartAsync(table, "first", createsEntry: false))).Cause);
        Assert.Null(entries.Entry);
    }

    [Fact]
    public async Task A_parallel_execution_that_makes_the_entry_first_is_no_failure()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.Entry = null;
        entries.BeforeChange = () => entries.Entry = new("STANDARD", ["central-amp"], new Dictionary<string, string> { ["central-amp:cluster-arn"] = Some.Cluster().Arn });
        Assert.Equal(Change.Created, await StartAsync(table, "first"));
    }

    [Fact]
    public async Task The_elevation_repairs_drifted_groups()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.Entry = new("STANDARD", [], new Dictionary<string, string> { ["central-amp:cluster-arn"] = Some.Cluster().Arn });
        await StartAsync(table, "first");
        Assert.Equal(["UpdateGroups", "AssociateAdmin"], entries.Writes);
    }

    [Fact]
    public async Task The_access_entry_of_another_owner_is_neither_changed_nor_elevated()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.Entry = new("STANDARD", ["theirs"], new Dictionary<string, string>());
        Assert.Equal(Causes.AccessEntryForeign, (await Assert.ThrowsAsync<BlockedException>(() => StartAsync(table, "first"))).Cause);
        Assert.Empty(entries.Writes);
    }

    [Fact]
    public async Task Starting_and_ending_are_idempotent()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await StartAsync(table, "first");
        await StartAsync(table, "first");
        await EndAsync(table, "first");
        Assert.Equal(Change.Unchanged, await EndAsync(table, "first"));
        Assert.False(entries.Admin);
    }

    [Fact]
    public async Task Ending_without_an_elevation_writes_nothing()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.Equal(Change.Unchanged, await EndAsync(table, "first"));
        Assert.Empty(entries.Writes);
        Assert.Null(await table.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, Cancelled));
    }

    [Fact]
    public async Task The_valid_elevation_of_another_execution_is_neither_taken_nor_ended()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await StartAsync(table, "first");
        var waiting = await Assert.ThrowsAsync<NotReadyException>(() => StartAsync(table, "second"));
        Assert.Equal(Causes.ElevationHeldElsewhere, waiting.Cause);
        Assert.Equal(Change.Unchanged, await EndAsync(table, "second"));
        Assert.True(entries.Admin);
        Assert.Equal(Some.Execution("first").Id, await LeaseHolderAsync(table));
    }

    [Fact]
    public async Task The_elevation_of_a_dead_execution_is_removed_when_its_lease_expires()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await StartAsync(table, "killed");
        table.Clock.Advance(Some.Settings.Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(Change.Updated, await EndAsync(table, "next"));
        Assert.False(entries.Admin);
        Assert.Null(await LeaseHolderAsync(table));
    }

    [Fact]
    public async Task An_elevation_without_a_lease_is_removed()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.Admin = true;
        Assert.Equal(Change.Updated, await EndAsync(table, "next"));
        Assert.False(entries.Admin);
        Assert.Null(await LeaseHolderAsync(table));
    }

    [Fact]
    public async Task After_a_kill_between_lease_and_association_the_end_removes_both()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.BeforeChange = () => throw new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(table, "first"));
        Assert.Equal(Some.Execution("first").Id, await LeaseHolderAsync(table));
        await EndAsync(table, "first");
        Assert.Null(await LeaseHolderAsync(table));
    }

    [Fact]
    public async Task After_a_kill_during_the_end_the_end_can_be_repeated()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await StartAsync(table, "first");
        entries.BeforeChange = () => throw new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(() => EndAsync(table, "first"));
        Assert.Equal(Change.Updated, await EndAsync(table, "first"));
        Assert.False(entries.Admin);
    }

    [Fact]
    public async Task A_new_association_of_this_execution_is_removed_although_EKS_does_not_list_it_yet()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.ListsLate = true;
        await StartAsync(table, "first");
        await EndAsync(table, "first");
        Assert.False(entries.Admin);
    }

    [Fact]
    public async Task An_entry_that_EKS_does_not_find_yet_is_not_ready()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.Entry = null;
        // It was created, and the association does not find it yet.
        entries.BeforeChange = () => entries.BeforeChange = () => entries.Entry = null;
        var waiting = await Assert.ThrowsAsync<NotReadyException>(() => StartAsync(table, "first"));
        Assert.Equal(Causes.AccessEntryMissing, waiting.Cause);
    }

    [Fact]
    public async Task After_many_concurrent_executions_the_role_is_not_admin()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            try
            {
                await StartAsync(table, $"e{i}");
            }
            catch (NotReadyException)
            {
            }

            await EndAsync(table, $"e{i}");
        }));
        Assert.False(entries.Admin);
        Assert.Null(await LeaseHolderAsync(table));
    }

    [Fact]
    public async Task A_newer_cluster_of_the_name_is_not_elevated()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        current = Some.Observed with { CreatedAt = Some.CreatedAt + 1 };
        Assert.Equal(Causes.ClusterNotFound, (await Assert.ThrowsAsync<BlockedException>(() => StartAsync(table, "first"))).Cause);
        Assert.Empty(entries.Writes);
        Assert.Null(await LeaseHolderAsync(table));
    }

    [Fact]
    public async Task An_execution_without_the_claim_does_not_elevate_and_takes_no_lease()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await ClaimAsync(table, "first");
        await ClaimAsync(table, "second");
        Assert.Equal(Causes.TakenOver, (await Assert.ThrowsAsync<BlockedException>(() => StartAsync(table, "first"))).Cause);
        Assert.Empty(entries.Writes);
        Assert.Null(await LeaseHolderAsync(table));
        Assert.Equal(Change.Created, await StartAsync(table, "second"));
    }

    /// <summary>The function was cut off while EKS was slow, and the state machine went on and ended the elevation.</summary>
    [Fact]
    public async Task An_association_that_comes_after_the_end_of_its_elevation_is_removed_at_once()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        entries.BeforeChange = () => table.Registry.ReleaseElevationAsync(Some.Cluster().Arn, Some.CreatedAt, Some.Execution("first"), Cancelled).Wait(Cancelled);
        Assert.Equal(Causes.TakenOver, (await Assert.ThrowsAsync<BlockedException>(() => StartAsync(table, "first"))).Cause);
        Assert.False(entries.Admin);
        Assert.Null(await LeaseHolderAsync(table));
    }

    Task<ObservedCluster?> IClusterReader.FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) => Task.FromResult(current);

    private static async Task ClaimAsync(RegistryTable table, string execution)
    {
        var item = await table.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, Cancelled) ?? new() { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt };
        Assert.True(await table.Registry.TakeClaimAsync(item, Some.Execution(execution), closes: false, Cancelled));
    }

    private Task<Change> StartAsync(RegistryTable table, string execution, bool createsEntry = true) =>
        Elevation(table).StartAsync(Some.Cluster(), Some.CreatedAt, Some.Execution(execution), createsEntry, Cancelled);

    private Task<Change> EndAsync(RegistryTable table, string execution) =>
        Elevation(table).EndAsync(Some.Cluster(), Some.CreatedAt, Some.Execution(execution), Cancelled);

    private Elevation Elevation(RegistryTable table) => new(entries, this, table.Registry, table.Clock);

    private static async Task<string?> LeaseHolderAsync(RegistryTable table) =>
        (await table.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, Cancelled))?.Elevation?.Holder;
}
