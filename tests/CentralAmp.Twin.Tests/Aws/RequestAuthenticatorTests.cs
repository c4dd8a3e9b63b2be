using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;
using CentralAmp.Twin.Aws.Signing;
using Microsoft.Extensions.Time.Testing;

namespace CentralAmp.Twin.Tests.Aws;

public sealed class RequestAuthenticatorTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly KeyRing keys;
    private readonly RequestAuthenticator authenticator;

    public RequestAuthenticatorTests()
    {
        keys = new KeyRing(time);
        authenticator = new RequestAuthenticator(keys, time);
    }

    // The published example of the signature documentation: GET iam ListUsers, with its published signature.
    [Fact]
    public void The_signature_is_that_of_the_documentations_example()
    {
        var request = new SignedRequest("GET", "/", "Action=ListUsers&Version=2010-05-08", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Host"] = "iam.amazonaws.com",
            ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8",
            ["X-Amz-Date"] = "20150830T123600Z",
            ["Authorization"] = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        }, ReadOnlyMemory<byte>.Empty);
        var claims = SignatureClaims.Read(request)!;

        Assert.True(SignatureV4.Matches(request, claims, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
        Assert.False(SignatureV4.Matches(request with { RawQuery = "Action=ListRoles&Version=2010-05-08" }, claims, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
        Assert.False(SignatureV4.Matches(request with { Body = new byte[] { 1 } }, claims, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
    }

    [Fact]
    public void A_signature_holds_for_five_minutes_either_way()
    {
        var request = Signed(Session(TimeSpan.FromHours(1)));
        Assert.NotNull(authenticator.Authenticate(request));

        time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        Assert.StartsWith("Signature expired", Refused(request).Message, StringComparison.Ordinal);

        time.SetUtcNow(time.GetUtcNow() + TimeSpan.FromDays(1));
        var future = Signed(Session(TimeSpan.FromHours(1)), time.GetUtcNow() + TimeSpan.FromMinutes(6));
        Assert.StartsWith("Signature not yet current", Refused(future).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_ends()
    {
        var key = Session(TimeSpan.FromMinutes(15));
        time.Advance(TimeSpan.FromMinutes(15));

        Assert.Equal("ExpiredToken", Refused(Signed(key)).QueryCode);
    }

    [Theory]
    [InlineData("sts.us-east-1.amazonaws.com", "sts", "us-east-1", true)]
    [InlineData("aps-workspaces.eu-west-1.amazonaws.com", "aps", "eu-west-1", true)]
    [InlineData("127.0.0.1:4000", "eks", "eu-west-1", true)]
    [InlineData("sts.us-east-1.amazonaws.com", "sts", "eu-west-1", false)]
    [InlineData("aps-workspaces.eu-west-1.amazonaws.com", "sts", "eu-west-1", false)]
    public void An_endpoint_by_its_real_name_takes_only_its_own_service_and_region(string host, string service, string region, bool accepted)
    {
        var request = Signed(Session(TimeSpan.FromHours(1)), time.GetUtcNow(), host, service, region);

        if (accepted)
            Assert.Equal((service, region), (authenticator.Authenticate(request).Service, authenticator.Authenticate(request).Region));
        else
            Assert.Equal("SignatureDoesNotMatch", Refused(request).QueryCode);
    }

    [Fact]
    public async Task The_view_of_IAM_lags_and_keeps_the_order_of_changes()
    {
        var current = 0;
        using var view = new IamView((_, _) => Task.FromResult(Snapshot($"policy-{++current}")), TimeSpan.FromSeconds(2), time);
        await view.RefreshAsync("1", atOnce: true, TestContext.Current.CancellationToken);
        await view.RefreshAsync("1", atOnce: false, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
        await view.RefreshAsync("1", atOnce: false, TestContext.Current.CancellationToken);

        Assert.Equal(("policy-1", "policy-3"), (view.InEffect("1").PolicyArns.Single(), view.Newest("1").PolicyArns.Single()));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("policy-2", view.InEffect("1").PolicyArns.Single());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("policy-3", view.InEffect("1").PolicyArns.Single());
        Assert.Empty(view.InEffect("2").Roles);
    }

    private static IamSnapshot Snapshot(string policy) => IamSnapshot.Empty with { PolicyArns = new HashSet<string> { policy } };

    private AccessKey Session(TimeSpan duration) => keys.IssueSession(
        new IamRole("arn:aws:iam::111111111111:role/r", "r", "AROA", new PolicyDocument([]), [], null, null, new Dictionary<string, string>(), TimeSpan.FromHours(1)), "s", duration);

    private SignedRequest Signed(AccessKey key) => Signed(key, time.GetUtcNow());

    private static SignedRequest Signed(AccessKey key, DateTimeOffset at, string host = "127.0.0.1:1", string service = "sts", string region = "us-east-1")
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"https://{host}/");
        RequestSigner.Sign(message, [], key, region, service, at);
        var headers = message.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
        (headers["Host"], headers["X-Amz-Security-Token"]) = (host, key.Token!);
        return new SignedRequest("POST", "/", "", headers, ReadOnlyMemory<byte>.Empty);
    }

    private AwsException Refused(SignedRequest request) => Assert.Throws<AwsException>(() => authenticator.Authenticate(request));
}
