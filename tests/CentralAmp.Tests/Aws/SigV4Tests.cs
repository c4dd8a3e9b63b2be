using System.Text;
using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Aws;

/// <summary>Compares with the examples of AWS's documentation and test suite (aws-sig-v4-test-suite, credentials AKIDEXAMPLE).</summary>
public sealed class SigV4Tests
{
    private static readonly DateTimeOffset Time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);
    private static readonly ImmutableCredentials Session = new("ASIAEXAMPLE", "secret/+key", "tok/en+with==");
    private static readonly ImmutableCredentials Keys = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);

    [Fact]
    public void The_plain_GET_of_the_suite_is_signed_as_published()
    {
        // get-vanilla
        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "
            + "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            Sign(new HttpRequestMessage(HttpMethod.Get, "https://example.amazonaws.com/"), "service"));
    }

    [Fact]
    public void The_query_of_the_suite_is_sorted_and_encoded_as_published()
    {
        // get-vanilla-query-order-key-case
        Assert.EndsWith(
            "Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            Sign(new HttpRequestMessage(HttpMethod.Get, "https://example.amazonaws.com/?Param2=value2&Param1=value1"), "service"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_IAM_request_of_the_documentation_is_signed_as_published()
    {
        // IAM User Guide, "Create a signed AWS API request": ListUsers.
        using var content = new ByteArrayContent([]);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        var request = new HttpRequestMessage(HttpMethod.Get, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08") { Content = content };
        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
            + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            Sign(request, "iam"));
    }

    [Fact]
    public void A_session_token_is_signed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write");
        SigV4.Sign(request, Encoding.UTF8.GetBytes("body"), new ImmutableCredentials("A", "s", "session"), "us-east-1", "aps", Time);
        Assert.Equal("session", Assert.Single(request.Headers.GetValues("X-Amz-Security-Token")));
        Assert.Contains("host;x-amz-date;x-amz-security-token", Assert.Single(request.Headers.GetValues("Authorization")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_to_a_workspace_is_signed_as_botocore_signs_it()
    {
        using var content = new ByteArrayContent("body"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-protobuf");
        using var request = new HttpRequestMessage(
            HttpMethod.Post, "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write") { Content = content };
        request.Headers.TryAddWithoutValidation("X-Prometheus-Remote-Write-Version", "0.1.0");
        SigV4.Sign(request, "body"u8, Session, "us-east-1", "aps", Some.Noon);
        Assert.EndsWith("Signature=6bbaebc2e2cc9b58cbfca0b99ad2bc8a926ea731be2b52c7cdf1338327786ea2", Assert.Single(request.Headers.GetValues("Authorization")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_with_everything_to_encode_is_signed_as_botocore_signs_it()
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/label/a%20b/values"
            + "?query=up%7Bcluster%3D%22x%20y%22%7D&match%5B%5D=a&match%5B%5D=B&empty=");
        SigV4.Sign(request, [], Session, "us-east-1", "aps", Some.Noon);
        Assert.EndsWith("Signature=539715391e895ee19e75f1b28c1ed210794ac1f76762f46c3ab46968daece81f", Assert.Single(request.Headers.GetValues("Authorization")), StringComparison.Ordinal);
    }

    private static string Sign(HttpRequestMessage request, string service)
    {
        using (request)
        {
            SigV4.Sign(request, [], Keys, "us-east-1", service, Time);
            return Assert.Single(request.Headers.GetValues("Authorization"));
        }
    }
}
