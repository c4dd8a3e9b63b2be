using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using CentralAmp.Twin.Aws.Amp;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Signing;
using Snappier;

namespace CentralAmp.Twin.Tests.Aws;

public sealed class GatewayTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Customers_cannot_put_events_of_AWS()
    {
        using var response = await RawCalls.JsonAsync(Fixture, Fixture.Member, "events", "AWSEvents.PutEvents",
            """{"Entries":[{"Source":"aws.eks","DetailType":"t","Detail":"{}"},{"Source":"mine","DetailType":"t","Detail":"{}"}]}""");
        var answer = await ReadAsync(response);

        Assert.Equal(1, answer.GetProperty("FailedEntryCount").GetInt32());
        Assert.Equal("NotAuthorizedForSourceException", answer.GetProperty("Entries")[0].GetProperty("ErrorCode").GetString());
        Assert.True(answer.GetProperty("Entries")[1].TryGetProperty("EventId", out _));
    }

    [Fact]
    public async Task Events_over_the_limit_are_refused()
    {
        using var response = await RawCalls.JsonAsync(Fixture, Fixture.Member, "events", "AWSEvents.PutEvents",
            JsonSerializer.Serialize(new { Entries = new[] { new { Source = "mine", DetailType = "t", Detail = $$"""{"a":"{{new string('x', 262_144)}}"}""" } } }));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task What_the_twin_does_not_know_is_refused_loudly()
    {
        var role = await Fixture.SessionAsync(Fixture.Hub, "does-the-unknown", Clients.Policy("*", "*"));
        await Fixture.SettledAsync();
        var key = (await role.GetCredentialsAsync());
        using var response = await RawCalls.JsonAsync(Fixture, new AccessKey(key.AccessKey, key.SecretKey, key.Token, DateTimeOffset.MaxValue, Fixture.Hub.Caller), "dynamodb", "DynamoDB_20120810.DeleteTable", """{"TableName":"t"}""");

        Assert.Equal(HttpStatusCode.NotImplemented, response.StatusCode);
        Assert.Contains("dynamodb:DeleteTable is not implemented by the twin", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_its_real_name_an_endpoint_is_reached_only_through_the_proxy_and_only_for_AWS()
    {
        using var handler = new SocketsHttpHandler { Proxy = new WebProxy(Fixture.Twin.DataPlane.ConnectProxy), UseProxy = true };
        using var root = X509CertificateLoader.LoadCertificateFromFile(Fixture.CertificateAuthorityFile);
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(root);
        using var http = new HttpClient(handler);
        using var response = await http.PostAsync(new Uri("https://sts.eu-west-1.amazonaws.com/"), new StringContent("Action=AssumeRoleWithWebIdentity&RoleArn=arn:aws:iam::111111111111:role/x&RoleSessionName=s1&WebIdentityToken=x", Encoding.UTF8, "application/x-www-form-urlencoded"), Cancellation);

        Assert.Contains("InvalidIdentityToken", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri("https://example.org/"), Cancellation));
    }

    [Fact]
    public async Task Remote_write_is_authorized_checked_and_brought_to_the_workspace()
    {
        var (id, key) = await WriterAsync("writes");
        var sent = Series("writes_total", ("cluster", "c1"));

        Assert.Equal(HttpStatusCode.OK, await WriteAsync(id, key, sent));
        Assert.Contains(Fixture.Workspace.Received, series => series["__name__"] == "writes_total" && series.Samples == 1);
        Assert.Equal(HttpStatusCode.Forbidden, await WriteAsync("ws-other", key, sent));
        Assert.Equal(HttpStatusCode.NotFound, await WriteAsync("ws-other", Fixture.Hub, sent));
        Assert.Equal(HttpStatusCode.Forbidden, await WriteAsync(id, key, sent, suffix: "/"));
        Assert.Equal(HttpStatusCode.BadRequest, await WriteAsync(id, key, [1, 2, 3]));
        Assert.Equal(HttpStatusCode.BadRequest, await WriteAsync(id, key, Series("", ("cluster", "c1"))));
        Assert.Contains(Fixture.Calls.All, call => call is { Service: "aps", Action: "RemoteWrite", Decision: "Deny", Write: true } && call.Resource.EndsWith("workspace/ws-other", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_replicas_the_first_is_elected_until_it_is_silent()
    {
        var (id, key) = await WriterAsync("replicas");
        byte[] From(string replica) => Series("ha_total", ("__replica__", replica), ("cluster", "ha"));

        Assert.Equal(HttpStatusCode.OK, await WriteAsync(id, key, From("a")));
        Assert.Equal(HttpStatusCode.Accepted, await WriteAsync(id, key, From("b")));
        Assert.All(Fixture.Workspace.Received.Where(series => series["__name__"] == "ha_total"), series => Assert.Null(series["__replica__"]));
        await Task.Delay(TimeSpan.FromSeconds(1.2), Cancellation);
        Assert.Equal(HttpStatusCode.OK, await WriteAsync(id, key, From("b")));
        Assert.Equal(HttpStatusCode.Accepted, await WriteAsync(id, key, From("a")));
    }

    [Fact]
    public async Task Queries_need_a_permission_of_their_own()
    {
        var (id, key) = await WriterAsync("queries");
        using var denied = await RawCalls.SendAsync(Fixture, key, "aps", HttpMethod.Get, $"/workspaces/{id}/api/v1/query?query=up", [], null);
        using var allowed = await RawCalls.SendAsync(Fixture, Fixture.Hub, "aps", HttpMethod.Get, $"/workspaces/{id}/api/v1/query?query=up", [], null);

        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        Assert.Contains("aps:QueryMetrics", await denied.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("up", (await ReadAsync(allowed)).GetProperty("data").GetProperty("query").GetString());
    }

    [Fact]
    public void The_token_of_a_cluster_is_bound_to_its_name_and_to_fifteen_minutes()
    {
        var now = TimeProvider.System.GetUtcNow();

        Assert.Equal("arn:aws:iam::222222222222:user/operator", Fixture.Twin.Eks.Authenticate(Presign("c1", now), "c1")?.Arn);
        Assert.Null(Fixture.Twin.Eks.Authenticate(Presign("c1", now), "c2"));
        Assert.Null(Fixture.Twin.Eks.Authenticate(Presign("c1", now) + "&extra=1", "c1"));
        Assert.Null(Fixture.Twin.Eks.Authenticate(Presign("c1", now).Replace("sts.us-east-1.amazonaws.com", "example.org", StringComparison.Ordinal), "c1"));
        Assert.NotNull(Fixture.Twin.Eks.Authenticate(Presign("c1", now - TimeSpan.FromMinutes(14)), "c1"));
        Assert.Null(Fixture.Twin.Eks.Authenticate(Presign("c1", now - TimeSpan.FromMinutes(16)), "c1"));
    }

    private string Presign(string cluster, DateTimeOffset now)
    {
        var (time, host) = (now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", null), "sts.us-east-1.amazonaws.com");
        var query = $"Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Fixture.Member.Id}%2F{time[..8]}%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date={time}&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id";
        var request = new SignedRequest("GET", "/", query, new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Host"] = host, ["x-k8s-aws-id"] = cluster }, ReadOnlyMemory<byte>.Empty);
        var claims = new SignatureClaims(Fixture.Member.Id, time[..8], "us-east-1", "sts", ["host", "x-k8s-aws-id"], "", now, TimeSpan.FromSeconds(60), null);
        return $"https://{host}/?{query}&X-Amz-Signature={SignatureV4.Compute(request, claims, Fixture.Member.Secret)}";
    }

    private async Task<(string WorkspaceId, AccessKey Key)> WriterAsync(string name)
    {
        using var created = await RawCalls.SendAsync(Fixture, Fixture.Hub, "aps", HttpMethod.Post, "/workspaces", """{"alias":"a"}"""u8.ToArray(), "application/json");
        var workspace = await ReadAsync(created);
        var session = await Fixture.SessionAsync(Fixture.Hub, name, Clients.Policy("aps:RemoteWrite", workspace.GetProperty("arn").GetString()!));
        await Fixture.SettledAsync();
        var key = await session.GetCredentialsAsync();
        return (workspace.GetProperty("workspaceId").GetString()!, new AccessKey(key.AccessKey, key.SecretKey, key.Token, DateTimeOffset.MaxValue, Fixture.Hub.Caller));
    }

    private async Task<HttpStatusCode> WriteAsync(string workspaceId, AccessKey key, byte[] body, string suffix = "")
    {
        using var response = await RawCalls.SendAsync(Fixture, key, "aps", HttpMethod.Post, $"/workspaces/{workspaceId}/api/v1/remote_write{suffix}", body, "application/x-protobuf",
            ("Content-Encoding", "snappy"), ("X-Prometheus-Remote-Write-Version", "0.1.0"));
        return response.StatusCode;
    }

    private static byte[] Series(string name, params (string Name, string Value)[] labels)
    {
        // Sample { value = 1.0, timestamp = 1 } as field 2 of the series.
        byte[] sample = [0x12, 0x0b, 0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 0x01];
        var series = new WriteSeries([.. labels.Append(("__name__", name)).Select(label => KeyValuePair.Create(label.Item1, label.Item2))], 1, sample);
        return Snappy.CompressToArray(new WriteRequest([series], ReadOnlyMemory<byte>.Empty).ToArray());
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return document.RootElement.Clone();
    }
}
