using System.Net;
using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Failures;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Sweep;

/// <summary>Organizations and EKS by their real clients, against the answers of these services.</summary>
public sealed class OrganizationAccountsTests : IAsyncLifetime
{
    private AnsweringServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await AnsweringServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Active_accounts_are_recognised_by_the_new_field_and_by_the_old_one()
    {
        Answer(HttpStatusCode.OK, """
            {"Accounts":[{"Id":"111111111111","State":"ACTIVE"},{"Id":"222222222222","Status":"ACTIVE"},{"Id":"333333333333","State":"CLOSED","Status":"ACTIVE"},
             {"Id":"444444444444","Status":"SUSPENDED"}],"NextToken":"more"}
            """);
        var (accounts, next) = await PageAsync();
        Assert.Equal(["111111111111", "222222222222"], accounts);
        Assert.Equal("more", next);
    }

    [Theory]
    [InlineData("AccessDeniedException")]
    [InlineData("AWSOrganizationsNotInUseException")]
    public async Task The_remedy_of_a_denial_names_the_delegated_administrator_and_the_parameter(string code)
    {
        Answer(HttpStatusCode.BadRequest, $$"""{"__type":"{{code}}","Message":"You don't have permissions to access this resource."}""");
        var denied = await Assert.ThrowsAsync<BlockedException>(PageAsync);
        Assert.Equal(Causes.OrganizationsDenied, denied.Cause);
        Assert.Contains("delegated administrator", denied.Remedy, StringComparison.Ordinal);
        Assert.Contains("parameter Accounts", denied.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throttling_is_left_to_the_state_machine()
    {
        Answer(HttpStatusCode.BadRequest, """{"__type":"TooManyRequestsException","Message":"Slow down."}""");
        await Assert.ThrowsAsync<TransientException>(PageAsync);
    }

    [Fact]
    public async Task A_region_that_the_account_has_not_enabled_has_its_own_cause()
    {
        server.Always = (HttpStatusCode.Forbidden, "application/json", """{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}""");
        using var clients = Clients();
        var failure = await Assert.ThrowsAsync<BlockedException>(() =>
            new EksClusterNames(clients).PageAsync("222222222222", "ap-east-1", null, Some.Execution(), Cancel));
        Assert.Equal(Causes.RegionDisabled, failure.Cause);
        Assert.Contains("222222222222/ap-east-1", failure.Sentence, StringComparison.Ordinal);
    }

    private void Answer(HttpStatusCode status, string body) => server.Always = (status, "application/x-amz-json-1.1", body);

    private async Task<(IReadOnlyList<string> Accounts, string? Next)> PageAsync()
    {
        using var clients = Clients();
        return await new OrganizationAccounts(clients, Some.Settings).PageAsync(null, Cancel);
    }

    private AwsClients Clients()
    {
        using var sts = new LosingSts(lostAccount: null);
        return new AwsClients(new MemberAccounts(sts, Some.Settings, new FakeClock(Some.Noon)), config =>
        {
            config.ServiceURL = server.Address;
            config.AuthenticationRegion = "us-east-1";
            config.MaxErrorRetry = 0;
            config.DefaultAWSCredentials = new BasicAWSCredentials("AKIAEXAMPLE", "secret");
        });
    }
}
