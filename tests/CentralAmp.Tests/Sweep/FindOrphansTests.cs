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
    private const string HubProvider = "arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    private const string MemberProvider = "arn:aws:iam::222222222222:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";

    private static readonly SweepReference Sweep = new("sweep-2", Some.Noon, "sweep-1");
    private static readonly string Arn = Some.Cluster().Arn;

    private readonly FakeFleetRegistry registry = new(new FakeClock(Some.Noon));
    private readonly List<TaggedResource> resources = [];
    private ObservedCluster? observed = Some.Observed;
    private Exception? failure;
    private int pageSize = 200;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FleetItem? Known => registry[Arn, Some.CreatedAt];

    [Theory]
    [InlineData(ResourceKind.Role, IngestRoleArn)]
    [InlineData(ResourceKind.Provider, HubProvider)]
    public async Task A_resource_of_the_hub_of_an_unregistered_cluster_is_registered_so_that_sweeps_inspect_its_cluster(ResourceKind kind, string arn)
    {
        resources.Add(Managed(kind, arn));
        Assert.Equal(1, await FindAsync());
        var item = Known!.Item;
        Assert.Equal((Outcome.Failed, Causes.ResourceOrphaned, TrustModes.Direct), (item.State!.Value, item.Cause, item.TrustMode));
        Assert.Equal((Some.Observed.Issuer, IngestRole.Arn(Some.Cluster(), IngestRole.Name(Some.Cluster(), Some.CreatedAt), Some.Settings)), (item.Issuer, item.RoleArn));
        Assert.Contains(arn, item.Sentence, StringComparison.Ordinal);
        Assert.Equal(Sweep.Id, Known.OrphanSweep);
        Assert.Null(Known.SweepId);
        // Counted again as long as it exists.
        Assert.Equal(1, await FindAsync());
        Assert.Empty(registry.Unproven);
    }

    [Fact]
    public async Task A_member_account_changes_nothing_of_what_the_hub_has_shown()
    {
        resources.Add(Managed(ResourceKind.Role, IngestRoleArn));
        await FindAsync();
        var shown = Known;
        resources[0] = Managed(ResourceKind.Role, CollectorRoleArn, "https://of.somebody.else");
        Assert.Equal(0, await FindAsync(Some.MemberAccount));
        Assert.Equal(shown, Known);
        Assert.Empty(registry.Unproven);
    }

    public static TheoryData<string, TaggedResource> Unproven => new()
    {
        { "which neither the registry nor a role of the hub knows", Managed(ResourceKind.Role, CollectorRoleArn) },
        { "which neither the registry nor a role of the hub knows", Managed(ResourceKind.Provider, MemberProvider) },
        { "a cluster of another account", Managed(ResourceKind.Role, CollectorRoleArn, cluster: ClusterArn.Build("333333333333", "us-east-1", "shop")) },
        { "does not have the name of the role of", Managed(ResourceKind.Role, "arn:aws:iam::222222222222:role/central-amp/central-amp-copied") },
        { "is not the provider of the issuer that its tag names", Managed(ResourceKind.Provider, "arn:aws:iam::222222222222:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/1") },
        { "name no cluster", new TaggedResource(ResourceKind.Role, CollectorRoleArn, new Dictionary<string, string> { [TrustTags.ClusterArn] = "mine", [TrustTags.CreatedAt] = "1" }) },
        { "name no cluster", new TaggedResource(ResourceKind.Role, CollectorRoleArn, new Dictionary<string, string> { [TrustTags.ClusterArn] = Arn, [TrustTags.CreatedAt] = "now" }) },
    };

    [Theory]
    [MemberData(nameof(Unproven))]
    public async Task A_resource_of_a_member_account_that_proves_nothing_is_only_reported(string why, TaggedResource resource)
    {
        resources.Add(resource);
        Assert.Equal(0, await FindAsync(Some.MemberAccount));
        Assert.Empty(registry.Items);
        var report = registry.Unproven[Some.MemberAccount];
        Assert.Equal((1, Sweep.Id), (report.Count, report.SweepId));
        Assert.Contains(why, report.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_pages_of_an_account_make_one_report_and_a_token_of_the_last_release_is_read()
    {
        resources.AddRange(Enumerable.Range(0, 130).Select(n => Managed(ResourceKind.Role, CollectorRoleArn, cluster: Some.Cluster($"none-{n}"))));
        pageSize = 50;
        await FindAsync(Some.MemberAccount);
        Assert.Equal(130, Assert.Single(registry.Unproven).Value.Count);
        await FindAsync(Some.MemberAccount, next: "100");
        Assert.Equal(30, registry.Unproven[Some.MemberAccount].Count);
    }

    [Theory]
    [InlineData(3, 3, 0)]
    [InlineData(4, 0, 8)]
    public async Task Tags_of_a_member_account_offboard_three_closed_clusters_again_and_none_of_more(int clusters, int offboarded, int reported)
    {
        observed = null;
        pageSize = 3;
        foreach (var cluster in Enumerable.Range(0, clusters).Select(n => Some.Cluster($"closed-{n}")))
        {
            registry.Put(new FleetItem(new RegistryItem { ClusterArn = cluster.Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }));
            resources.Add(Managed(ResourceKind.Role, $"arn:aws:iam::222222222222:role/central-amp/{IngestRole.Name(cluster, Some.CreatedAt)}", cluster: cluster));
            resources.Add(Managed(ResourceKind.Provider, MemberProvider, cluster: cluster));
        }

        await FindAsync(Some.MemberAccount);
        Assert.Equal(offboarded, registry.Items.Count(item => StartDecider.Decide(item, Sweep) is { Workflow: SweepWorkflow.Offboard }));
        Assert.Equal(reported, registry.Unproven.Values.Sum(report => report.Count));
    }

    [Fact]
    public async Task A_resource_of_a_registered_cluster_or_of_another_owner_is_no_orphan()
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Unhealthy }));
        resources.Add(Managed(ResourceKind.Role, IngestRoleArn));
        resources.Add(new TaggedResource(ResourceKind.Role, IngestRoleArn, new Dictionary<string, string>()));
        Assert.Equal(0, await FindAsync());
        Assert.Null(Known!.OrphanSweep);
        Assert.Empty(registry.Unproven);
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
    public async Task A_role_of_the_hub_with_CentralAmps_tags_and_an_unknown_name_is_reported_and_not_offboarded()
    {
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }));
        resources.Add(Managed(ResourceKind.Role, "arn:aws:iam::111111111111:role/central-amp/central-amp-copied"));
        observed = null;
        Assert.Equal(0, await FindAsync());
        Assert.Null(StartDecider.Decide(Known!, Sweep));
        Assert.Equal(1, registry.Unproven[Some.HubAccount].Count);
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
        string? accountId, string? next, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var from = int.Parse(next ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        return failure is null || resources.Count > 0
            ? Task.FromResult<(IReadOnlyList<TaggedResource> Resources, string? Next)>(
                ([.. resources.Skip(from).Take(pageSize)], from + pageSize < resources.Count ? $"{from + pageSize}" : null))
            : Task.FromException<(IReadOnlyList<TaggedResource> Resources, string? Next)>(failure);
    }

    public Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        failure is null ? Task.FromResult(observed) : Task.FromException<ObservedCluster?>(failure);

    private async Task<int> FindAsync(string? accountId = null, string? next = null)
    {
        var orphans = 0;
        do
        {
            var found = await new FindOrphansStep(this, registry, this, Some.Settings, NullLogger<FindOrphansStep>.Instance)
                .RunAsync(new(Some.Execution("sweep"), Sweep, accountId, next), Cancel);
            (orphans, next) = (orphans + found.Orphans, found.Next);
        }
        while (next is not null);
        return orphans;
    }

    private static TaggedResource Managed(ResourceKind kind, string arn, string? issuer = null, ClusterReference? cluster = null) =>
        new(kind, arn, ClusterTrust.Tags(cluster ?? Some.Cluster(), issuer is null ? Some.Described() : Some.Described() with { Issuer = issuer }));
}
