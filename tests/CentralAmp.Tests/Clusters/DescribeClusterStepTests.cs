using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Clusters;

public sealed class DescribeClusterStepTests(MotoServer moto) : IClusterReader
{
    private readonly FakeAccessEntries entries = new() { Entry = new("STANDARD", ["central-amp"], new Dictionary<string, string>()) };
    private ObservedCluster? observed = Some.Observed;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        Task.FromResult(observed);

    [Fact]
    public async Task An_active_cluster_is_described_with_one_look_at_its_elevation_and_no_write()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.Equal(Some.Described(), await DescribeAsync(table));
        Assert.Equal(["IsAdmin"], entries.Calls);
    }

    [Fact]
    public async Task A_stale_elevation_is_removed_whatever_the_outcome()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        foreach (var (change, refused) in new (Func<ObservedCluster, ObservedCluster>, bool)[]
        {
            (x => x, false),
            (x => x with { Status = "UPDATING" }, false),
            (x => x with { Status = "FAILED" }, true),
            (x => x with { Status = "DELETING" }, true),
            (x => x with { Issuer = null }, true),
            (x => x with { Tags = new Dictionary<string, string> { [ClusterTags.Onboard] = "false" } }, false),
            (x => x with { Tags = new Dictionary<string, string> { [ClusterTags.Onboard] = "what" } }, true),
        })
        {
            entries.Admin = true;
            observed = change(Some.Observed);
            Assert.Equal(refused, (await DescribeAsync(table)).Next == ClusterNext.Refuse);
            Assert.False(entries.Admin);
        }
    }

    [Fact]
    public async Task Another_executions_live_elevation_is_left_alone()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Registry.TryHoldElevationAsync(Some.Cluster().Arn, Some.CreatedAt, Some.Execution("other"), Cancelled);
        entries.Admin = true;
        await DescribeAsync(table);
        Assert.True(entries.Admin);
    }

    [Theory]
    [InlineData("CREATING", "API")]
    [InlineData("PENDING", "API")]
    [InlineData("ACTIVE", "CONFIG_MAP")]
    [InlineData("ACTIVE", null)]
    public async Task EKS_is_not_asked_about_entries_that_cannot_be(string status, string? mode)
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = Some.Observed with { Status = status, AuthenticationMode = mode };
        await DescribeAsync(table);
        Assert.Empty(entries.Calls);
    }

    [Fact]
    public async Task A_cluster_deleted_between_event_and_look_is_named_so()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = null;
        Assert.Equal(Causes.ClusterNotFound, (await Assert.ThrowsAsync<BlockedException>(() => DescribeAsync(table))).Cause);
    }

    [Fact]
    public async Task The_limit_is_measured_from_the_start_of_the_execution()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = Some.Observed with { Status = "CREATING" };
        Assert.Equal(ClusterNext.Wait, (await DescribeAsync(table)).Next);
        table.Clock.Advance(Some.Settings.ActiveLimit);
        var described = await DescribeAsync(table);
        Assert.Equal(ClusterNext.Refuse, described.Next);
        Assert.Equal(Causes.ClusterNotActiveInTime, FailureMessage.Parse(nameof(BlockedException), described.Refusal).Cause);
    }

    [Fact]
    public async Task A_refused_cluster_keeps_its_createdAt_so_that_the_registry_learns_of_it()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = Some.Observed with { Status = "FAILED" };
        var described = await DescribeAsync(table);
        Assert.Equal(Some.Observed.CreatedAt, described.CreatedAt);
        Assert.Equal(Causes.ClusterFailed, FailureMessage.Parse(nameof(BlockedException), described.Refusal).Cause);
    }

    private Task<ClusterDescription> DescribeAsync(RegistryTable table) =>
        new DescribeClusterStep(
            this, new Elevation(entries, table.Registry, table.Clock), Some.Settings, table.Clock, NullLogger<DescribeClusterStep>.Instance)
            .RunAsync(new(Some.Execution(), Some.Cluster()), Cancelled);
}
