using System.Net;
using System.Text.Json;
using Amazon.EKS;
using Amazon.IdentityManagement;
using Amazon.Organizations;
using Amazon.Organizations.Model;
using Amazon.PrometheusService;
using Amazon.Runtime;
using Amazon.StepFunctions;

namespace AwsPackages.Tests.Wire;

/// <summary>Tests that moto cannot cover: the exact requests, and responses that AWS sends and moto does not.</summary>
public sealed class WireFormatTests
{
    private static readonly AWSCredentials Credentials = new BasicAWSCredentials("AKIAEXAMPLE", "secret");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_ARN_in_a_path_is_one_encoded_segment()
    {
        var http = new Recording(HttpStatusCode.OK, "{}");
        using var eks = new AmazonEKSClient(Credentials, http.Configure<AmazonEKSConfig>());
        await eks.DescribeAccessEntryAsync(new() { ClusterName = "prod", PrincipalArn = "arn:aws:iam::222222222222:role/CentralAmpMember" }, Cancel);
        Assert.Equal("GET /clusters/prod/access-entries/arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2FCentralAmpMember", Line(http));
    }

    [Fact]
    public async Task A_missing_path_member_stops_the_request()
    {
        var http = new Recording(HttpStatusCode.OK, "{}");
        using var eks = new AmazonEKSClient(Credentials, http.Configure<AmazonEKSConfig>());
        var failure = await Assert.ThrowsAsync<AmazonEKSException>(() => eks.DescribeClusterAsync(new(), Cancel));
        Assert.Equal("Request object does not have required field Name set", failure.Message);
        Assert.Empty(http.Requests);
    }

    [Fact]
    public async Task Unset_members_stay_away_an_empty_collection_is_sent_and_a_token_is_made()
    {
        var http = new Recording(HttpStatusCode.OK, "{}");
        using var eks = new AmazonEKSClient(Credentials, http.Configure<AmazonEKSConfig>());
        await eks.CreateAccessEntryAsync(new() { ClusterName = "prod", PrincipalArn = "arn:p", KubernetesGroups = [] }, Cancel);
        using var body = JsonDocument.Parse(http.Requests.Single().Body);
        Assert.Equal(["clientRequestToken", "kubernetesGroups", "principalArn"], body.RootElement.EnumerateObject().Select(property => property.Name).Order());
        Assert.True(Guid.TryParse(body.RootElement.GetProperty("clientRequestToken").GetString(), out _));
        Assert.Equal("application/json", http.Requests.Single().Headers["Content-Type"]);
    }

    [Fact]
    public async Task Query_members_are_encoded_and_a_token_is_made()
    {
        var http = new Recording(HttpStatusCode.OK, """{"workspaces":[]}""");
        using var amp = new AmazonPrometheusServiceClient(Credentials, http.Configure<AmazonPrometheusServiceConfig>());
        await amp.ListWorkspacesAsync(new() { Alias = "a b&c", MaxResults = 5 }, Cancel);
        Assert.Equal("GET /workspaces?alias=a%20b%26c&maxResults=5", Line(http));
        await amp.DeleteWorkspaceAsync(new() { WorkspaceId = "ws-1" }, Cancel);
        Assert.Matches("^/workspaces/ws-1\\?clientToken=[0-9a-f-]{36}$", http.Requests[1].PathAndQuery);
    }

    [Fact]
    public async Task Json_requests_name_their_operation_and_are_signed_for_the_region()
    {
        var http = new Recording(HttpStatusCode.OK, """{"executionArn":"arn:e","startDate":1751328000.123}""", "application/x-amz-json-1.0");
        using var states = new AmazonStepFunctionsClient(Credentials, http.Configure<AmazonStepFunctionsConfig>());
        var started = await states.StartExecutionAsync(new() { StateMachineArn = "arn:s", Input = """{"a":"ü"}""" }, Cancel);
        var sent = http.Requests.Single();
        Assert.Equal(("AWSStepFunctions.StartExecution", "application/x-amz-json-1.0"), (sent.Headers["X-Amz-Target"], sent.Headers["Content-Type"]));
        Assert.Contains("/eu-central-1/states/aws4_request", sent.Headers["Authorization"], StringComparison.Ordinal);
        using var body = JsonDocument.Parse(sent.Body);
        Assert.Equal("""{"a":"ü"}""", body.RootElement.GetProperty("input").GetString());
        Assert.Equal(1751328000123, new DateTimeOffset(started.StartDate!.Value).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Accounts_are_listed_page_by_page_with_the_state_that_replaces_their_status()
    {
        const string Page = """{"Accounts":[{"Id":"111111111111","Arn":"arn:a","State":"ACTIVE"},{"Id":"222222222222","State":"CLOSED","Status":"SUSPENDED"}],"NextToken":"n"}""";
        var http = new Recording(HttpStatusCode.OK, Page, "application/x-amz-json-1.1");
        using var organizations = new AmazonOrganizationsClient(Credentials, http.Configure<AmazonOrganizationsConfig>());
        var page = await organizations.ListAccountsAsync(new() { MaxResults = 20, NextToken = "m" }, Cancel);
        var sent = http.Requests.Single();
        Assert.Equal(("AWSOrganizationsV20161128.ListAccounts", "application/x-amz-json-1.1"), (sent.Headers["X-Amz-Target"], sent.Headers["Content-Type"]));
        Assert.Equal("""{"NextToken":"m","MaxResults":20}""", sent.Body);
        Assert.Equal([("111111111111", "ACTIVE"), ("222222222222", "CLOSED")], page.Accounts.Select(account => (account.Id, account.State.Value)));
        Assert.Equal("n", page.NextToken);
    }

    [Fact]
    public async Task Outside_of_an_organization_listing_accounts_has_its_own_exception()
    {
        var http = new Recording(HttpStatusCode.BadRequest, """{"__type":"AWSOrganizationsNotInUseException","Message":"Your account is not a member of an organization."}""", "application/x-amz-json-1.1");
        using var organizations = new AmazonOrganizationsClient(Credentials, http.Configure<AmazonOrganizationsConfig>());
        var refused = await Assert.ThrowsAsync<AWSOrganizationsNotInUseException>(() => organizations.ListAccountsAsync(new(), Cancel));
        Assert.Equal(("AWSOrganizationsNotInUseException", "Your account is not a member of an organization."), (refused.ErrorCode, refused.Message));
    }

    [Fact]
    public async Task Iam_lists_are_numbered_and_signed_for_us_east_1()
    {
        var http = new Recording(HttpStatusCode.OK, "<TagRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></TagRoleResponse>", "text/xml");
        var config = http.Configure<AmazonIdentityManagementServiceConfig>();
        using var iam = new AmazonIdentityManagementServiceClient(Credentials, config);
        var response = await iam.TagRoleAsync(new() { RoleName = "x", Tags = [new() { Key = "k", Value = "v w" }] }, Cancel);
        Assert.Equal("Action=TagRole&RoleName=x&Tags.member.1.Key=k&Tags.member.1.Value=v%20w&Version=2010-05-08", http.Requests.Single().Body);
        Assert.Equal("r-1", response.ResponseMetadata.RequestId);
    }

    [Fact]
    public async Task A_throttling_error_is_typed_retryable_and_carries_its_header()
    {
        var http = new Recording(HttpStatusCode.TooManyRequests, """{"message":"slow down","quotaCode":"q-1"}""") { ResponseHeaders = { ["x-amzn-ErrorType"] = "ThrottlingException", ["Retry-After"] = "7" } };
        using var amp = new AmazonPrometheusServiceClient(Credentials, http.Configure<AmazonPrometheusServiceConfig>());
        var throttled = await Assert.ThrowsAsync<Amazon.PrometheusService.Model.ThrottlingException>(() => amp.DescribeWorkspaceAsync(new() { WorkspaceId = "ws-1" }, Cancel));
        Assert.Equal(("slow down", 7, "q-1", HttpStatusCode.TooManyRequests), (throttled.Message, throttled.RetryAfterSeconds, throttled.QuotaCode, throttled.StatusCode));
    }

    [Fact]
    public async Task An_error_carries_the_members_of_its_body()
    {
        var http = new Recording(HttpStatusCode.NotFound, """{"__type":"ResourceNotFoundException","message":"No cluster found for name: prod.","clusterName":"prod"}""");
        using var eks = new AmazonEKSClient(Credentials, http.Configure<AmazonEKSConfig>());
        var missing = await Assert.ThrowsAsync<Amazon.EKS.Model.ResourceNotFoundException>(() => eks.DescribeClusterAsync(new() { Name = "prod" }, Cancel));
        Assert.Equal(("prod", null, "No cluster found for name: prod."), (missing.ClusterName, missing.NodegroupName, missing.Message));
    }

    [Fact]
    public async Task An_error_that_the_model_does_not_name_keeps_its_code_and_status()
    {
        var http = new Recording(HttpStatusCode.Forbidden, """{"message":"User is not authorized"}""") { ResponseHeaders = { ["x-amzn-ErrorType"] = "AccessDeniedException" } };
        using var eks = new AmazonEKSClient(Credentials, http.Configure<AmazonEKSConfig>());
        var denied = await Assert.ThrowsAsync<AmazonEKSException>(() => eks.DescribeClusterAsync(new() { Name = "prod" }, Cancel));
        Assert.Equal(("AccessDeniedException", HttpStatusCode.Forbidden, "User is not authorized"), (denied.ErrorCode, denied.StatusCode, denied.Message));
    }

    [Fact]
    public async Task An_error_body_that_is_not_JSON_still_is_a_service_exception()
    {
        var http = new Recording(HttpStatusCode.BadGateway, "<html>bad gateway</html>", "text/html");
        using var eks = new AmazonEKSClient(Credentials, http.Configure<AmazonEKSConfig>());
        var failure = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => eks.DescribeClusterAsync(new() { Name = "prod" }, Cancel));
        Assert.Equal(HttpStatusCode.BadGateway, failure.StatusCode);
    }

    [Fact]
    public async Task A_value_newer_than_the_model_and_members_unknown_to_it_do_no_harm()
    {
        var http = new Recording(HttpStatusCode.OK, """{"cluster":{"name":"prod","status":"HIBERNATING","certificateAuthority":null,"brandNew":{"x":1}}}""");
        using var eks = new AmazonEKSClient(Credentials, http.Configure<AmazonEKSConfig>());
        var cluster = (await eks.DescribeClusterAsync(new() { Name = "prod" }, Cancel)).Cluster;
        Assert.Equal("HIBERNATING", cluster.Status.Value);
        Assert.Null(cluster.CertificateAuthority);
        Assert.Null(cluster.Tags);
        Assert.Null(cluster.CreatedAt);
    }

    private static string Line(Recording http) => $"{http.Requests[0].Method} {http.Requests[0].PathAndQuery}";
}
