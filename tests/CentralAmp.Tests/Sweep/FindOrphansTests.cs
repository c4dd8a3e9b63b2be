using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Sweep;

public sealed class FindOrphansTests : IOwnedResources, IClusterReader
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
    public async Task What_has_no_cluster_in_the_registry_is_registered_so_that_sweeps_look_for_it(ResourceKind kind, string arn, string trustMode, string? collectorRole)
    {
        resources.Add(Ours(kind, arn));
        Assert.Equal(1, await FindAsync());
        var item = Known!.Item;
        Assert.Equal((Outcome.Failed, Causes.ResourceOrphaned, trustMode, collectorRole), (item.State!.Value, item.Cause, item.TrustMode, item.CollectorRoleArn));
        Assert.Equal((Some.Observed.Issuer, IngestRole.Arn(Some.Cluster(), IngestRole.Name(Some.Cluster(), Some.CreatedAt), Some.Settings)), (item.Issuer, item.RoleArn));
        Assert.Contains(arn, item.Sentence, StringComparison.Ordinal);
        Assert.Equal(Sweep.Id, Known.OrphanSweep);
        Assert.Null(Known.SweepId);
        // Counted again as long as it is there.
        Assert.Equal(1, await FindAsync());
    }

    [Fact]
    public async Task What_belongs_to_a_registered_cluster_or_to_someone_else_is_no_orphan()
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Unhealthy }));
        resources.Add(Ours(ResourceKind.Role, IngestRoleArn));
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
    public async Task What_is_left_of_an_offboarded_cluster_is_taken_back_and_its_tombstone_stays(ResourceKind kind, string arn)
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }));
        resources.Add(Ours(kind, arn));
        observed = null;
        Assert.Equal(1, await FindAsync());
        Assert.Equal((Outcome.Offboarded, Finding.Gone, Sweep.Id), (Known!.Item.State!.Value, Known.Finding!.Value, Known.OrphanSweep));
        Assert.Equal(SweepWorkflow.Offboard, StartDecider.Decide(Known, Sweep)!.Workflow);
    }

    [Theory]
    [InlineData(ResourceKind.Role, IngestRoleArn, Outcome.OptedOut)]
    [InlineData(ResourceKind.Role, IngestRoleArn, Outcome.Offboarded)]
    [InlineData(ResourceKind.Provider, HubProvider, Outcome.OptedOut)]
    public async Task What_is_left_of_a_cluster_that_lives_without_us_is_reported_to_a_person(ResourceKind kind, string arn, Outcome state)
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = state }));
        resources.Add(Ours(kind, arn));
        Assert.Equal(1, await FindAsync());
        Assert.Equal((Finding.Unchanged, Causes.ResourceOrphaned, Sweep.Id), (Known!.Finding!.Value, Known.Cause, Known.OrphanSweep));
        Assert.Null(StartDecider.Decide(Known, Sweep));
    }

    [Fact]
    public async Task A_role_with_our_tags_and_a_name_that_we_never_give_is_reported_and_not_taken_back_again_and_again()
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }));
        resources.Add(Ours(ResourceKind.Role, "arn:aws:iam::111111111111:role/central-amp/central-amp-copied"));
        observed = null;
        Assert.Equal(1, await FindAsync());
        Assert.Null(StartDecider.Decide(Known!, Sweep));
    }

    [Fact]
    public async Task A_provider_in_the_account_of_a_living_cluster_stays_and_goes_when_the_cluster_has_gone()
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }));
        resources.Add(Ours(ResourceKind.Provider, MemberProvider));
        Assert.Equal(0, await FindAsync());
        failure = InspectionScene.Blocked(Causes.MemberRoleNotAssumable);
        Assert.Equal(0, await FindAsync());
        failure = null;
        observed = Some.Observed with { CreatedAt = Some.CreatedAt + 1 };
        Assert.Equal(1, await FindAsync());
    }

    [Fact]
    public async Task An_account_that_denies_is_reported_and_the_hub_that_denies_fails_the_sweep()
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

    private static TaggedResource Ours(ResourceKind kind, string arn) => new(kind, arn, ClusterTrust.Tags(Some.Cluster(), Some.Described()));
}
