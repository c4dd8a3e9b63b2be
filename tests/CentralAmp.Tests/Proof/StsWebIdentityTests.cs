using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.SecurityToken;
using CentralAmp.Failures;
using CentralAmp.Proof;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Proof;

public sealed class StsWebIdentityTests : IAsyncLifetime
{
    private AnsweringServer server = null!;

    public async ValueTask InitializeAsync() => server = await AnsweringServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_token_is_sent_without_a_signature_and_credentials_come_back()
    {
        server.Always = (HttpStatusCode.OK, "text/xml", """
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
            <AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>
            </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
            """);
        var answer = await AssumeAsync();
        Assert.Equal(("ASIA1", "s", "t"), (answer.Credentials!.AccessKey, answer.Credentials.SecretKey, answer.Credentials.Token));
        var request = Assert.Single(server.Requests);
        Assert.DoesNotContain("Authorization", request.Headers.Keys);
        Assert.Contains("WebIdentityToken=the.web.token", Encoding.UTF8.GetString(request.Body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "AccessDenied")]
    [InlineData(400, "InvalidIdentityToken")]
    [InlineData(403, "IDPRejectedClaim")]
    public async Task A_denial_is_an_answer(int status, string code)
    {
        server.Always = Error(status, code);
        var answer = await AssumeAsync();
        Assert.Equal((null, code, "reason"), (answer.Credentials, answer.Code, answer.Message));
    }

    [Theory]
    [InlineData(400, "ExpiredTokenException", typeof(BlockedException))]
    [InlineData(400, "IDPCommunicationError", typeof(TransientException))]
    [InlineData(400, "Throttling", typeof(TransientException))]
    [InlineData(500, "InternalFailure", typeof(TransientException))]
    public async Task Every_other_error_is_a_failure_that_does_not_quote_the_token(int status, string code, Type kind)
    {
        server.Always = Error(status, code);
        var failure = await Assert.ThrowsAnyAsync<WorkflowException>(AssumeAsync);
        Assert.Equal(kind, failure.GetType());
        Assert.DoesNotContain("the.web.token", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_second_role_is_assumed_with_the_collectors_credentials()
    {
        server.Always = (HttpStatusCode.OK, "text/xml", """
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
            <AccessKeyId>ASIA2</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>
            </Credentials></AssumeRoleResult></AssumeRoleResponse>
            """);
        Assert.Equal("ASIA2", (await ChainAsync()).Credentials!.AccessKey);
        var request = Assert.Single(server.Requests);
        Assert.Contains("Credential=ASIACOLLECTOR/", request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("RoleArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Fingest", Encoding.UTF8.GetString(request.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denial_of_the_second_role_is_an_answer_and_throttling_a_failure()
    {
        server.Always = Error(403, "AccessDenied");
        Assert.Equal((null, "AccessDenied", "reason"), ((await ChainAsync()) is var answer ? answer.Credentials : null, answer.Code, answer.Message));
        server.Always = Error(400, "Throttling");
        Assert.Equal(Causes.Throttled, (await Assert.ThrowsAsync<TransientException>(ChainAsync)).Cause);
    }

    private Task<WebIdentityAnswer> ChainAsync() => new StsWebIdentity(
        _ => throw new InvalidOperationException("has a token"),
        (collector, region) => new AmazonSecurityTokenServiceClient(
            new SessionAWSCredentials(collector.AccessKey, collector.SecretKey, collector.Token),
            new AmazonSecurityTokenServiceConfig { ServiceURL = server.Address, AuthenticationRegion = region, MaxErrorRetry = 0 }))
        .ChainAsync(
            "arn:aws:iam::111111111111:role/ingest", new ImmutableCredentials("ASIACOLLECTOR", "secret", "token"), "eu-west-1", TestContext.Current.CancellationToken);

    private async Task<WebIdentityAnswer> AssumeAsync()
    {
        using var sts = new AmazonSecurityTokenServiceClient(
            new AnonymousAWSCredentials(),
            new AmazonSecurityTokenServiceConfig { ServiceURL = server.Address, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });
        return await new StsWebIdentity(_ => sts, (_, _) => throw new InvalidOperationException("not chained")).AssumeAsync(
            "arn:aws:iam::111111111111:role/x", "the.web.token", "us-east-1", TestContext.Current.CancellationToken);
    }

    private static (HttpStatusCode Status, string Type, string Body) Error(int status, string code) =>
        ((HttpStatusCode)status, "text/xml", $"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>reason</Message></Error><RequestId>1</RequestId></ErrorResponse>");
}
