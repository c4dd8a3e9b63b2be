using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Access;

public sealed class EksAccessEntriesTests : IAsyncLifetime
{
    private const string Principal = "arn:aws:iam::222222222222:role/CentralAmpMember";
    private const string AdminPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
    private readonly FakeSts sts = new(TimeProvider.System);
    private FakeEks eks = null!;
    private AwsClients clients = null!;
    private EksAccessEntries entries = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static ClusterReference Shop => Some.Cluster();

    public async ValueTask InitializeAsync()
    {
        eks = await FakeEks.StartAsync();
        eks.Clusters["shop"] = true;
        var members = new MemberAccounts(sts, Some.Settings, TimeProvider.System);
        clients = new AwsClients(members, config =>
        {
            config.ServiceURL = eks.Address;
            config.AuthenticationRegion = "us-east-1";
            config.MaxErrorRetry = 0;
        });
        entries = new EksAccessEntries(clients, members);
    }

    public async ValueTask DisposeAsync()
    {
        clients.Dispose();
        sts.Dispose();
        await eks.DisposeAsync();
    }

    [Fact]
    public async Task An_entry_is_created_as_in_the_contract_and_read_back()
    {
        Assert.Null(await entries.FindAsync(Shop, Some.Execution(), Cancelled));
        Assert.True(await entries.CreateAsync(Shop, Some.Execution(), Cancelled));
        var entry = await entries.FindAsync(Shop, Some.Execution(), Cancelled);
        Assert.Equal("STANDARD", entry!.Type);
        Assert.Equal(["central-amp"], entry.KubernetesGroups);
        Assert.Equal(Shop.Arn, entry.Tags["central-amp:cluster-arn"]);
        Assert.Equal($"shop {Principal}", Assert.Single(eks.Entries.Keys));
    }

    [Fact]
    public async Task An_entry_is_deleted_once_with_its_association()
    {
        await entries.CreateAsync(Shop, Some.Execution(), Cancelled);
        await entries.AssociateAdminAsync(Shop, Some.Execution(), Cancelled);
        Assert.True(await entries.DeleteAsync(Shop, Some.Execution(), Cancelled));
        Assert.False(await entries.DeleteAsync(Shop, Some.Execution(), Cancelled));
        Assert.Empty(eks.Entries);
        Assert.Empty(eks.Policies);
    }

    [Fact]
    public async Task An_existing_entry_is_reported_and_is_no_error()
    {
        await entries.CreateAsync(Shop, Some.Execution(), Cancelled);
        Assert.False(await entries.CreateAsync(Shop, Some.Execution(), Cancelled));
    }

    [Fact]
    public async Task Groups_are_set_to_CentralAmps_group()
    {
        await entries.CreateAsync(Shop, Some.Execution(), Cancelled);
        eks.Entries.Values.Single()["kubernetesGroups"] = new System.Text.Json.Nodes.JsonArray("viewers");
        await entries.UpdateGroupsAsync(Shop, Some.Execution(), Cancelled);
        Assert.Equal(["central-amp"], (await entries.FindAsync(Shop, Some.Execution(), Cancelled))!.KubernetesGroups);
    }

    [Fact]
    public async Task Associating_and_disassociating_the_admin_policy_are_idempotent()
    {
        await entries.CreateAsync(Shop, Some.Execution(), Cancelled);
        Assert.False(await entries.IsAdminAsync(Shop, Some.Execution(), Cancelled));
        Assert.True(await entries.AssociateAdminAsync(Shop, Some.Execution(), Cancelled));
        Assert.True(await entries.AssociateAdminAsync(Shop, Some.Execution(), Cancelled));
        Assert.Equal(AdminPolicy, Assert.Single(eks.Policies).Value);
        Assert.True(await entries.IsAdminAsync(Shop, Some.Execution(), Cancelled));
        Assert.True(await entries.DisassociateAdminAsync(Shop, Some.Execution(), Cancelled));
        Assert.False(await entries.DisassociateAdminAsync(Shop, Some.Execution(), Cancelled));
        Assert.False(await entries.IsAdminAsync(Shop, Some.Execution(), Cancelled));
    }

    [Fact]
    public async Task Without_an_entry_the_role_is_not_admin()
    {
        Assert.False(await entries.IsAdminAsync(Shop, Some.Execution(), Cancelled));
        Assert.False(await entries.AssociateAdminAsync(Shop, Some.Execution(), Cancelled));
        Assert.False(await entries.DisassociateAdminAsync(Shop, Some.Execution(), Cancelled));
    }

    [Fact]
    public async Task In_a_cluster_without_access_entries_the_role_is_not_admin()
    {
        eks.Clusters["shop"] = false;
        Assert.False(await entries.IsAdminAsync(Shop, Some.Execution(), Cancelled));
        Assert.False(await entries.DisassociateAdminAsync(Shop, Some.Execution(), Cancelled));
    }

    [Fact]
    public async Task A_cluster_deleted_meanwhile_has_its_own_cause()
    {
        eks.Clusters.Clear();
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => entries.CreateAsync(Shop, Some.Execution(), Cancelled));
        Assert.Equal(Causes.ClusterNotFound, blocked.Cause);
    }

    [Theory]
    [InlineData(403, "AccessDeniedException", Causes.MemberPermissionMissing)]
    [InlineData(429, "ThrottlingException", Causes.Throttled)]
    [InlineData(500, "ServerException", Causes.ServiceUnavailable)]
    [InlineData(400, "ResourceLimitExceededException", Causes.QuotaReached)]
    public async Task Errors_of_EKS_have_their_causes(int status, string code, string cause)
    {
        eks.NextError = (status, code, "x");
        var failure = await Assert.ThrowsAnyAsync<WorkflowException>(() => entries.FindAsync(Shop, Some.Execution(), Cancelled));
        Assert.Equal(cause, failure.Cause);
        Assert.Contains("describing the access entry of CentralAmpMember in cluster 'shop'", failure.Sentence, StringComparison.Ordinal);
    }
}
