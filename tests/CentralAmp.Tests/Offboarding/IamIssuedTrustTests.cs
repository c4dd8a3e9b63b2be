using System.Net;
using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Offboarding;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Offboarding;

/// <summary>The adapter against moto, and against errors that moto does not return.</summary>
public sealed class IamIssuedTrustTests(MotoServer moto)
{
    private static readonly TrustAccount Hub = new(Member: null, Some.Execution());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_missing_resource_is_not_an_error()
    {
        using var iam = await ClientAsync();
        var trust = new IamIssuedTrust(iam, NoMember);
        Assert.Null(await trust.FindRoleAsync(Hub, "missing", Cancelled));
        Assert.Null(await trust.FindPolicyAsync(Hub, "missing", "p", Cancelled));
        Assert.Null(await trust.FindProviderAsync(Hub, "arn:aws:iam::123456789012:oidc-provider/missing", Cancelled));
        Assert.False(await trust.PutPolicyAsync(Hub, "missing", "p", TrustPolicies.Denial, Cancelled));
        Assert.False(await trust.DeleteRoleAsync(Hub, "missing", Cancelled));
        // IAM accepts the deletion of a missing provider (its API reference: the operation is idempotent).
        await trust.DeleteProviderAsync(Hub, "arn:aws:iam::123456789012:oidc-provider/missing", Cancelled);
    }

    [Fact]
    public async Task A_role_is_deleted_with_all_its_inline_policies_and_a_provider_once()
    {
        using var iam = await ClientAsync();
        var trust = new IamIssuedTrust(iam, NoMember);
        var name = $"central-amp-{Guid.NewGuid():N}";
        await iam.CreateRoleAsync(
            new CreateRoleRequest { RoleName = name, AssumeRolePolicyDocument = "{}", Tags = [new Tag { Key = "k", Value = "v" }] }, Cancelled);
        Assert.True(await trust.PutPolicyAsync(Hub, name, "central-amp-ingest", TrustPolicies.Denial, Cancelled));
        Assert.True(await trust.PutPolicyAsync(Hub, name, "of-another-owner", TrustPolicies.Denial, Cancelled));
        Assert.Contains("Deny", Uri.UnescapeDataString((await trust.FindPolicyAsync(Hub, name, "central-amp-ingest", Cancelled))!), StringComparison.Ordinal);
        Assert.Equal("v", (await trust.FindRoleAsync(Hub, name, Cancelled))!.Tags["k"]);
        Assert.True(await trust.DeleteRoleAsync(Hub, name, Cancelled));
        Assert.Null(await trust.FindRoleAsync(Hub, name, Cancelled));

        var provider = await iam.CreateOpenIDConnectProviderAsync(
            new CreateOpenIDConnectProviderRequest { Url = $"https://oidc.example.com/{name}", ClientIDList = ["sts.amazonaws.com"] }, Cancelled);
        Assert.NotNull(await trust.FindProviderAsync(Hub, provider.OpenIDConnectProviderArn, Cancelled));
        Assert.True(await trust.DeleteProviderAsync(Hub, provider.OpenIDConnectProviderArn, Cancelled));
        Assert.Null(await trust.FindProviderAsync(Hub, provider.OpenIDConnectProviderArn, Cancelled));
    }

    [Theory]
    [InlineData(409, "DeleteConflict", "Cannot delete entity, must detach all policies first.", Causes.RoleForeign)]
    [InlineData(403, "AccessDenied", "User is not authorized to perform: iam:DeleteRole", Causes.HubPermissionMissing)]
    [InlineData(403, "AccessDenied", "not authorized to perform: iam:DeleteRole with an explicit deny in a service control policy", Causes.DeniedByServiceControlPolicy)]
    public async Task A_refusal_has_the_cause_of_its_error(int status, string code, string message, string cause)
    {
        await using var server = await AnsweringServer.StartAsync();
        server.Next.Enqueue((HttpStatusCode.OK, "text/xml", "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames/></ListRolePoliciesResult></ListRolePoliciesResponse>"));
        server.Always = ((HttpStatusCode)status, "text/xml", $"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>");
        using var iam = new AmazonIdentityManagementServiceClient(
            MotoServer.Credentials, new AmazonIdentityManagementServiceConfig { ServiceURL = server.Address, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => new IamIssuedTrust(iam, NoMember).DeleteRoleAsync(Hub, "central-amp-x", Cancelled));
        Assert.Equal(cause, blocked.Cause);
        Assert.Contains("the hub account", blocked.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DeleteRole", true)]
    [InlineData("PutRolePolicy", false)]
    public async Task A_denied_change_of_a_role_that_another_execution_has_removed_is_not_an_error(string operation, bool listsPolicies)
    {
        await using var server = await AnsweringServer.StartAsync();
        if (listsPolicies)
        {
            server.Next.Enqueue((HttpStatusCode.OK, "text/xml", "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames/></ListRolePoliciesResult></ListRolePoliciesResponse>"));
        }

        server.Next.Enqueue((HttpStatusCode.Forbidden, "text/xml", $"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: iam:{operation}</Message></Error></ErrorResponse>"));
        server.Always = (HttpStatusCode.NotFound, "text/xml", "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>The role cannot be found.</Message></Error></ErrorResponse>");
        using var iam = new AmazonIdentityManagementServiceClient(
            MotoServer.Credentials, new AmazonIdentityManagementServiceConfig { ServiceURL = server.Address, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });
        var trust = new IamIssuedTrust(iam, NoMember);

        Assert.False(operation == "DeleteRole"
            ? await trust.DeleteRoleAsync(Hub, "central-amp-x", Cancelled)
            : await trust.PutPolicyAsync(Hub, "central-amp-x", "central-amp-ingest", TrustPolicies.Denial, Cancelled));
    }

    private static Task<IAmazonIdentityManagementService> NoMember(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("The test plans no call of a member account.");

    private async Task<AmazonIdentityManagementServiceClient> ClientAsync() =>
        new(MotoServer.Credentials, await moto.ConfigureAsync(new AmazonIdentityManagementServiceConfig()));
}
