using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Sweep;

public sealed class FindOrphansTests : IManagedResources, IClusterReader
{
    private const string IngestRoleArn = "arn:aws:iam::111111111111:role/central-amp/central-amp-shop-d825ccbc";
    private const string CollectorRoleArn = "arn:aws:iam::222222222222:role/central-amp/central-amp-shop-d825ccbc";
    private const string HubProvider = "arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0";
    private const string MemberProvider = "arn:aws:iam::222222222222:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0";

    private static readonly SweepReference Sweep = new("sweep-2", Some.Noon, "sweep-1");
    private static readonly string Arn = Some.Cluster().Arn;

    private readonly FakeFleetRegistry registry = new(new FakeClock(Some.Noon));
    private readonly List<TaggedResource> resources = [];
    private ObservedCluster? observed = Some.Observed;
    private Exception? failure;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FleetItem? Known => registry[Arn, Some.CreatedAt];

    [Theory]
    [InlineData(ResourceKind.Role, IngestRoleArn, TrustModes.Direct, null)]
    [InlineData(ResourceKind.Provider, HubProvider, TrustModes.Direct, null)]
    [InlineData(ResourceKind.Role, CollectorRoleArn, TrustModes.Chained, CollectorRoleArn)]
    [InlineData(ResourceKind.Provider, MemberProvider, TrustModes.Chained, null)]
    public async Task A_resource_of_an_unregistered_cluster_is_registered_so_that_sweeps_inspect_its_cluster(ResourceKind kind, string arn, string trustMode, string? collectorRole)
    {
        resources.Add(Managed(kind, arn));
        Assert.Equal(1, await FindAsync());
        var item = Known!.Item;
        Assert.Equal((Outcome.Failed, Causes.ResourceOrphaned, trustMode, collectorRole), (item.State!.Value, item.Cause, item.TrustMode, item.CollectorRoleArn));
        Assert.Equal((Some.Observed.Issuer, IngestRole.Arn(Some.Cluster(), IngestRole.Name(Some.Cluster(), Some.CreatedAt), Some.Settings)), (item.Issuer, item.RoleArn));
        Assert.Contains(arn, item.Sentence, StringComparison.Ordinal);
        Assert.Equal(Sweep.Id, Known.OrphanSweep);
        Assert.Null(Known.SweepId);
        // Counted again as long as it exists.
        Assert.Equal(1, await FindAsync());
    }

    [Fact]
    public async Task A_resource_of_a_registered_cluster_or_of_another_owner_is_no_orphan()
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Unhealthy }));
        resources.Add(Managed(ResourceKind.Role, IngestRoleArn));
        resources.Add(new TaggedResource(ResourceKind.Role, IngestRoleArn, new Dictionary<string, string>()));
        resources.Add(new TaggedResource(ResourceKind.Role, IngestRoleArn, new Dictionary<string, string> { [TrustTags.ClusterArn] = "mine", [TrustTags.CreatedAt] = "1" }));
        resources.Add(new TaggedResource(ResourceKind.Role, IngestRoleArn, new Dictionary<string, string> { [TrustTags.ClusterArn] = Arn, [TrustTags.CreatedAt] = "now" }));
        Assert.Equal(0, await FindAsync());
        Assert.Null(Known!.OrphanSweep);
    }

    [Theory]
    [InlineData(ResourceKind.Role, IngestRoleArn)]
    [InlineData(ResourceKind.Role, CollectorRoleArn)]
    [InlineData(ResourceKind.Provider, HubProvider)]
    public async Task A_remaining_resource_of_an_offboarded_cluster_is_offboarded_again_and_the_tombstone_stays(ResourceKind kind, string arn)
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }));
        resources.Add(Managed(kind, arn));
        observed = null;
        Assert.Equal(1, await FindAsync());
        Assert.Equal((Outcome.Offboarded, Finding.Gone, Sweep.Id), (Known!.Item.State!.Value, Known.Finding!.Value, Known.OrphanSweep));
        Assert.Equal(SweepWorkflow.Offboard, StartDecider.Decide(Known, Sweep)!.Workflow);
    }

    [Theory]
    [InlineData(ResourceKind.Role, IngestRoleArn, Outcome.OptedOut)]
    [InlineData(ResourceKind.Role, IngestRoleArn, Outcome.Offboarded)]
    [InlineData(ResourceKind.Provider, HubProvider, Outcome.OptedOut)]
    public async Task A_remaining_resource_of_an_offboarded_living_cluster_is_reported_to_an_operator(ResourceKind kind, string arn, Outcome state)
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = state }));
        resources.Add(Managed(kind, arn));
        Assert.Equal(1, await FindAsync());
        Assert.Equal((Finding.Unchanged, Causes.ResourceOrphaned, Sweep.Id), (Known!.Finding!.Value, Known.Cause, Known.OrphanSweep));
        Assert.Null(StartDecider.Decide(Known, Sweep));
    }

    [Fact]
    public async Task A_role_with_CentralAmps_tags_and_an_unknown_name_is_reported_and_not_offboarded_repeatedly()
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }));
        resources.Add(Managed(ResourceKind.Role, "arn:aws:iam::111111111111:role/central-amp/central-amp-copied"));
        observed = null;
        Assert.Equal(1, await FindAsync());
        Assert.Null(StartDecider.Decide(Known!, Sweep));
    }

    [Fact]
    public async Task A_provider_in_the_account_of_a_living_cluster_is_no_orphan_until_the_cluster_is_gone()
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }));
        resources.Add(Managed(ResourceKind.Provider, MemberProvider));
        Assert.Equal(0, await FindAsync());
        failure = InspectionScene.Blocked(Causes.MemberRoleNotAssumable);
        Assert.Equal(0, await FindAsync());
        failure = null;
        observed = Some.Observed with { CreatedAt = Some.CreatedAt + 1 };
        Assert.Equal(1, await FindAsync());
    }

    [Fact]
    public async Task A_denial_in_a_member_account_is_reported_and_one_in_the_hub_fails_the_sweep()
    {
        failure = InspectionScene.Blocked(Causes.MemberRoleNotAssumable);
        Assert.Equal(0, await FindAsync("222222222222"));
        Assert.Equal(Causes.MemberRoleNotAssumable, registry.Places["222222222222/*"].Cause);
        await Assert.ThrowsAsync<BlockedException>(() => FindAsync());
    }

    public Task<(IReadOnlyList<TaggedResource> Resources, string? Next)> PageAsync(
        string? accountId, string? next, ExecutionReference execution, CancellationToken cancellationToken) =>
        failure is null || resources.Count > 0
            ? Task.FromResult<(IReadOnlyList<TaggedResource> Resources, string? Next)>((resources, null))
            : Task.FromException<(IReadOnlyList<TaggedResource> Resources, string? Next)>(failure);

    public Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        failure is null ? Task.FromResult(observed) : Task.FromException<ObservedCluster?>(failure);

    private async Task<int> FindAsync(string? accountId = null) =>
        (await new FindOrphansStep(this, registry, this, Some.Settings, NullLogger<FindOrphansStep>.Instance)
            .RunAsync(new(Some.Execution("sweep"), Sweep, accountId), Cancel)).Orphans;

    private static TaggedResource Managed(ResourceKind kind, string arn) => new(kind, arn, ClusterTrust.Tags(Some.Cluster(), Some.Described()));
}
