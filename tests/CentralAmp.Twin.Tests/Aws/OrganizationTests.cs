using System.Net;
using System.Text.Json;
using Amazon.EKS;
using Amazon.Runtime;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>Accounts of one organization: who may ask for them, what they may do, and what they have not turned on.</summary>
public sealed class OrganizationTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private const string ListAccounts = "AWSOrganizationsV20161128.ListAccounts";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Accounts_are_listed_page_by_page_for_the_delegated_administrator()
    {
        Fixture.Twin.Organization.PageSize = 1;
        var first = await AskAsync(Fixture.Hub, "{}");
        var second = await AskAsync(Fixture.Hub, $$"""{"NextToken":"{{first.GetProperty("NextToken").GetString()}}"}""");
        Fixture.Twin.Organization.PageSize = 20;

        Assert.Equal([TwinAccounts.Hub, TwinAccounts.Member], ((JsonElement[])[first, second]).SelectMany(page => page.GetProperty("Accounts").EnumerateArray()).Select(account => account.GetProperty("Id").GetString()));
        Assert.Equal("ACTIVE", first.GetProperty("Accounts")[0].GetProperty("Status").GetString());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("NextToken").ValueKind);
    }

    [Fact]
    public async Task A_role_needs_the_permission_and_its_account_the_delegation()
    {
        var without = await KeyAsync("asks-without", Clients.Policy("organizations:DescribeOrganization", "*"));
        var with = await KeyAsync("asks-with", Clients.Policy("organizations:ListAccounts", "*"));
        await Fixture.SettledAsync();

        Assert.Contains("organizations:ListAccounts", (await AskAsync(without, "{}", HttpStatusCode.BadRequest)).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, (await AskAsync(with, "{}")).GetProperty("Accounts").GetArrayLength());
        Fixture.Twin.Organization.DelegatedAdministrators[TwinAccounts.Hub] = false;
        var denied = await AskAsync(with, "{}", HttpStatusCode.BadRequest);
        Fixture.Twin.Organization.DelegatedAdministrators[TwinAccounts.Hub] = true;

        Assert.EndsWith("AccessDeniedException", denied.GetProperty("__type").GetString(), StringComparison.Ordinal);
        Assert.Equal("You don't have permissions to access this resource.", denied.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_service_control_policy_may_come_at_any_time_and_is_named_in_the_denial()
    {
        var account = Fixture.Twin.Operators[TwinAccounts.OtherMember];
        var session = await Fixture.SessionAsync(account, "controlled", Clients.Policy("iam:*", "*"));
        await Fixture.SettledAsync();
        using var iam = Fixture.Iam(session);
        await iam.ListRolesAsync(new(), Cancellation);

        Fixture.Twin.ServiceControlPolicies[TwinAccounts.OtherMember] = [PolicyDocument.Parse(
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:ListRoles","Resource":"*"}]}""")];
        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => iam.ListRolesAsync(new(), Cancellation));
        Fixture.Twin.ServiceControlPolicies.TryRemove(TwinAccounts.OtherMember, out _);

        Assert.EndsWith("with an explicit deny in a service control policy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_region_that_an_account_has_not_turned_on_its_keys_are_not_known()
    {
        using var eks = new AmazonEKSClient(
            Fixture.Twin.Operators[TwinAccounts.OtherMember].Credentials(),
            new AmazonEKSConfig { ServiceURL = Fixture.Twin.Endpoint.ToString(), AuthenticationRegion = "me-south-1", MaxErrorRetry = 0 });
        Fixture.Twin.DisabledRegions[(TwinAccounts.OtherMember, "me-south-1")] = true;
        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => eks.ListClustersAsync(new(), Cancellation));
        using var sts = Fixture.Sts(Fixture.Twin.Operators[TwinAccounts.OtherMember].Credentials());
        var identity = await sts.GetCallerIdentityAsync(new(), Cancellation);
        Fixture.Twin.DisabledRegions.TryRemove((TwinAccounts.OtherMember, "me-south-1"), out _);

        Assert.Equal("UnrecognizedClientException", error.ErrorCode);
        Assert.Equal(TwinAccounts.OtherMember, identity.Account);
    }

    private async Task<AccessKey> KeyAsync(string role, string policy)
    {
        var key = await (await Fixture.SessionAsync(Fixture.Hub, role, policy)).GetCredentialsAsync();
        return new AccessKey(key.AccessKey, key.SecretKey, key.Token, DateTimeOffset.MaxValue, Fixture.Hub.Caller);
    }

    private async Task<JsonElement> AskAsync(AccessKey key, string body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await RawCalls.JsonAsync(Fixture, key, "organizations", ListAccounts, body);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == expected, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
