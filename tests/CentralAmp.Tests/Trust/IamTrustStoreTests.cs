using System.Net;
using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Trust;

/// <summary>The adapter with moto, and with a server for the errors that moto does not return.</summary>
public sealed class IamTrustStoreTests(MotoServer moto)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Written_trust_is_read_back_as_desired()
    {
        using var iam = await ClientAsync();
        var store = new IamTrustStore(iam);
        var desired = Desired("written");
        Assert.Equal(new ObservedTrust(null, null, null), await store.ObserveAsync(desired, Cancelled));

        foreach (var action in (TrustAction[])[TrustAction.CreateProvider, TrustAction.CreateRole, TrustAction.PutPolicy])
        {
            Assert.True(await store.ActAsync(action, desired, Cancelled));
        }

        var (actions, refusal) = TrustDecider.Decide(desired, await store.ObserveAsync(desired, Cancelled));
        Assert.Null(refusal);
        Assert.Empty(actions);
        Assert.Contains(desired.ProviderArn, await store.ListProvidersAsync(Cancelled));
    }

    [Fact]
    public async Task Both_roles_of_chained_trust_are_read_back_as_desired_and_the_hub_reads_no_provider()
    {
        using var iam = await ClientAsync();
        // moto has one account for both roles; their names distinguish them.
        var (hub, member) = Chained("chained");
        hub = hub with { RoleName = hub.RoleName + "-hub", RoleArn = hub.RoleArn + "-hub" };
        member = member! with { RoleArn = InMoto(member.RoleArn), ProviderArn = InMoto(member.ProviderArn!), BoundaryArn = InMoto(member.BoundaryArn) };
        foreach (var desired in (DesiredTrust[])[hub, member])
        {
            using var store = new IamTrustStore(iam, desired.Side);
            foreach (var action in TrustDecider.Decide(desired, await store.ObserveAsync(desired, Cancelled)).Actions)
            {
                Assert.True(await store.ActAsync(action, desired, Cancelled));
            }

            var observed = await store.ObserveAsync(desired, Cancelled);
            var (actions, refusal) = TrustDecider.Decide(desired, observed);
            Assert.Empty(actions);
            Assert.Null(refusal);
            Assert.Equal(desired.ProviderArn is null, observed.Provider is null);
        }
    }

    [Fact]
    public async Task The_tag_of_a_workspace_and_the_policy_follow_a_cluster_that_moves()
    {
        using var iam = await ClientAsync();
        using var store = new IamTrustStore(iam);
        var before = Desired("moved");
        foreach (var action in (TrustAction[])[TrustAction.CreateProvider, TrustAction.CreateRole, TrustAction.PutPolicy])
        {
            await store.ActAsync(action, before, Cancelled);
        }

        var after = before with
        {
            Policy = TrustPolicies.Ingest("arn:aws:aps:eu-west-1:123456789012:workspace/ws-new"),
            RoleTags = new Dictionary<string, string>(before.RoleTags) { [TrustTags.WorkspaceArn] = "arn:aws:aps:eu-west-1:123456789012:workspace/ws-new" },
        };
        Assert.Equal(Some.WorkspaceArn, after.PreviousWorkspaceOf(await store.ObserveAsync(after, Cancelled)));
        await store.ActAsync(TrustAction.PutPolicy, after.StillGranting(Some.WorkspaceArn), Cancelled);
        Assert.Empty(TrustDecider.Decide(after.StillGranting(Some.WorkspaceArn), await store.ObserveAsync(after, Cancelled)).Actions);

        await store.ActAsync(TrustAction.TagRole, after, Cancelled);
        await store.ActAsync(TrustAction.PutPolicy, after, Cancelled);
        var moved = await store.ObserveAsync(after, Cancelled);
        Assert.Null(after.PreviousWorkspaceOf(moved));
        Assert.Empty(TrustDecider.Decide(after, moved).Actions);
    }

    [Fact]
    public async Task Every_repair_is_one_write()
    {
        using var iam = await ClientAsync();
        var store = new IamTrustStore(iam);
        var desired = Desired("repaired");
        await store.ActAsync(TrustAction.CreateProvider, desired, Cancelled);
        await store.ActAsync(TrustAction.CreateRole, desired with
        {
            TrustPolicy = desired.TrustPolicy.Replace("monitoring", "elsewhere", StringComparison.Ordinal),
            BoundaryArn = "arn:aws:iam::123456789012:policy/another",
            RoleTags = new Dictionary<string, string>(desired.RoleTags) { [TrustTags.WorkspaceArn] = "old" },
        }, Cancelled);

        var (actions, _) = TrustDecider.Decide(desired, await store.ObserveAsync(desired, Cancelled));
        Assert.Equal([TrustAction.PutBoundary, TrustAction.TagRole, TrustAction.UpdateTrustPolicy, TrustAction.PutPolicy], actions);
        foreach (var action in actions)
        {
            Assert.True(await store.ActAsync(action, desired, Cancelled));
        }

        Assert.Empty(TrustDecider.Decide(desired, await store.ObserveAsync(desired, Cancelled)).Actions);
    }

    [Fact]
    public async Task A_resource_that_another_execution_created_first_is_reported()
    {
        using var iam = await ClientAsync();
        var store = new IamTrustStore(iam);
        var desired = Desired("raced");
        await store.ActAsync(TrustAction.CreateProvider, desired, Cancelled);
        Assert.False(await store.ActAsync(TrustAction.CreateProvider, desired, Cancelled));
        await store.ActAsync(TrustAction.CreateRole, desired, Cancelled);
        Assert.False(await store.ActAsync(TrustAction.CreateRole, desired, Cancelled));
        Assert.False(await store.ActAsync(TrustAction.PutPolicy, desired with { RoleName = "gone" }, Cancelled));
    }

    [Fact]
    public async Task A_role_of_another_owner_is_foreign()
    {
        using var iam = await ClientAsync();
        var desired = Desired("foreign");
        await iam.CreateRoleAsync(
            new CreateRoleRequest { RoleName = desired.RoleName, Path = "/central-amp/", AssumeRolePolicyDocument = desired.TrustPolicy }, Cancelled);
        var (_, refusal) = TrustDecider.Decide(desired, await new IamTrustStore(iam).ObserveAsync(desired, Cancelled));
        Assert.Equal(Causes.RoleForeign, refusal!.Cause);
    }

    [Theory]
    [InlineData(TrustAction.CreateProvider, 409, "LimitExceeded", "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100", typeof(BlockedException), Causes.ProviderQuotaReached)]
    [InlineData(TrustAction.CreateRole, 409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", typeof(BlockedException), Causes.QuotaReached)]
    [InlineData(TrustAction.CreateRole, 403, "AccessDenied", "User is not authorized to perform: iam:CreateRole with an explicit deny in a service control policy", typeof(BlockedException), Causes.DeniedByServiceControlPolicy)]
    [InlineData(TrustAction.CreateRole, 403, "AccessDenied", "User is not authorized because no permissions boundary allows the iam:CreateRole action", typeof(BlockedException), Causes.DeniedByPermissionsBoundary)]
    [InlineData(TrustAction.PutPolicy, 403, "AccessDenied", "User is not authorized because no identity-based policy allows the iam:PutRolePolicy action", typeof(BlockedException), Causes.HubPermissionMissing)]
    [InlineData(TrustAction.UpdateTrustPolicy, 409, "ConcurrentModification", "try again", typeof(TransientException), Causes.ServiceUnavailable)]
    [InlineData(TrustAction.CreateRole, 400, "Throttling", "Rate exceeded", typeof(TransientException), Causes.Throttled)]
    [InlineData(TrustAction.CreateRole, 500, "ServiceFailure", "oops", typeof(TransientException), Causes.ServiceUnavailable)]
    public async Task A_refusal_of_IAM_gets_its_cause(TrustAction action, int status, string code, string message, Type kind, string cause)
    {
        await using var answers = await AnsweringServer.StartAsync();
        answers.Always = ((HttpStatusCode)status, "text/xml", $"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>");
        using var iam = new AmazonIdentityManagementServiceClient(
            MotoServer.Credentials, new AmazonIdentityManagementServiceConfig { ServiceURL = answers.Address, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });
        var failure = await Assert.ThrowsAnyAsync<WorkflowException>(() => new IamTrustStore(iam).ActAsync(action, Desired("denied"), Cancelled));
        Assert.Equal((kind, cause), (failure.GetType(), failure.Cause));
        Assert.Contains(message, failure.Sentence, StringComparison.Ordinal);
    }

    private async Task<AmazonIdentityManagementServiceClient> ClientAsync() =>
        new(MotoServer.Credentials, await moto.ConfigureAsync(new AmazonIdentityManagementServiceConfig()));

    private static DesiredTrust Desired(string name) => Of(name, TrustModes.Direct).Hub;

    private static string InMoto(string arn) => arn.Replace(Some.Cluster().AccountId, "123456789012", StringComparison.Ordinal);

    private static ClusterTrust Chained(string name) => Of(name, TrustModes.Chained);

    private static ClusterTrust Of(string name, string mode)
    {
        var settings = Some.Settings with { HubAccountId = "123456789012", BoundaryArn = "arn:aws:iam::123456789012:policy/central-amp/boundary" };
        var described = Some.Described() with { Issuer = $"https://oidc.eks.us-east-1.amazonaws.com/id/{Guid.NewGuid():N}" };
        return ClusterTrust.For(Some.Cluster(name), described, (TrustPoliciesTests.Plan(Some.Cluster(name)) with { TrustMode = mode }).PlannedTrust(), settings);
    }
}
