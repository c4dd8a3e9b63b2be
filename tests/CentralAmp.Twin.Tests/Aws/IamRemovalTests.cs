using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>Removing roles and providers, finding them, and the quota of providers.</summary>
public sealed class IamRemovalTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::333333333333:root"},"Action":"sts:AssumeRole"}]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private AmazonIdentityManagementServiceClient Iam => Fixture.Iam(Fixture.Twin.Operators[TwinAccounts.OtherMember].Credentials());

    [Fact]
    public async Task A_role_is_deleted_only_after_its_policies()
    {
        using var iam = Iam;
        await iam.CreateRoleAsync(new() { RoleName = "goes", AssumeRolePolicyDocument = Trust }, Cancellation);
        await iam.PutRolePolicyAsync(new() { RoleName = "goes", PolicyName = "p", PolicyDocument = Clients.Policy("aps:RemoteWrite", "*") }, Cancellation);

        await Assert.ThrowsAsync<DeleteConflictException>(() => iam.DeleteRoleAsync(new() { RoleName = "goes" }, Cancellation));
        await iam.DeleteRolePolicyAsync(new() { RoleName = "goes", PolicyName = "p" }, Cancellation);
        await Assert.ThrowsAsync<NoSuchEntityException>(() => iam.DeleteRolePolicyAsync(new() { RoleName = "goes", PolicyName = "p" }, Cancellation));
        await iam.DeleteRoleAsync(new() { RoleName = "goes" }, Cancellation);
        await Assert.ThrowsAsync<NoSuchEntityException>(() => iam.DeleteRoleAsync(new() { RoleName = "goes" }, Cancellation));
        Assert.All(
            Fixture.Calls.All.Where(call => call.Resource.EndsWith(":role/goes", StringComparison.Ordinal) && call.Action.StartsWith("Delete", StringComparison.Ordinal)),
            call => Assert.True(call.Write));
    }

    [Fact]
    public async Task A_provider_is_deleted_once_and_the_quota_limits_their_number()
    {
        using var iam = Iam;
        Task<CreateOpenIDConnectProviderResponse> CreateAsync(string name) =>
            iam.CreateOpenIDConnectProviderAsync(new() { Url = $"https://{name}.example.com/id/1", ClientIDList = ["sts.amazonaws.com"] }, Cancellation);

        var arn = (await CreateAsync("one")).OpenIDConnectProviderArn;
        Fixture.Twin.IamService.ProviderQuotas[TwinAccounts.OtherMember] = 1;
        var full = await Assert.ThrowsAsync<LimitExceededException>(() => CreateAsync("two"));
        await Assert.ThrowsAsync<EntityAlreadyExistsException>(() => CreateAsync("one"));
        await iam.DeleteOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = arn }, Cancellation);
        await Assert.ThrowsAsync<NoSuchEntityException>(() => iam.DeleteOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = arn }, Cancellation));
        await CreateAsync("two");
        Fixture.Twin.IamService.ProviderQuotas.TryRemove(TwinAccounts.OtherMember, out _);

        Assert.Equal("Cannot exceed quota for OpenIdConnectProvidersPerAccount: 1", full.Message);
    }

    [Fact]
    public async Task Roles_of_a_path_are_listed_page_by_page()
    {
        using var iam = Iam;
        foreach (var name in (string[])["listed-a", "listed-b", "listed-c"])
            await iam.CreateRoleAsync(new() { RoleName = name, Path = "/listed/", AssumeRolePolicyDocument = Trust }, Cancellation);

        var first = await iam.ListRolesAsync(new() { PathPrefix = "/listed/", MaxItems = 2 }, Cancellation);
        var second = await iam.ListRolesAsync(new() { PathPrefix = "/listed/", MaxItems = 2, Marker = first.Marker }, Cancellation);

        Assert.Equal((2, true, 1), (first.Roles.Count, first.IsTruncated, second.Roles.Count));
        Assert.Equal(["listed-a", "listed-b", "listed-c"], first.Roles.Concat(second.Roles).Select(role => role.RoleName).Order(StringComparer.Ordinal));
    }
}
