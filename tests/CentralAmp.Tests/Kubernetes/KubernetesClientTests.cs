using System.Text.Json.Nodes;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Kubernetes;

public sealed class KubernetesClientTests : IAsyncLifetime
{
    private const string Token = "k8s-aws-v1.c2VjcmV0";
    private static readonly string Path = KubernetesPath.Prometheus("monitoring", "prom");
    private FakeKubernetes cluster = null!;
    private KubernetesClient client = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cluster = await FakeKubernetes.StartAsync();
        client = Client(cluster.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task An_object_is_read_with_the_token()
    {
        cluster.Objects[Path] = JsonNode.Parse("""{"kind":"Prometheus"}""")!.AsObject();
        var read = await client.GetAsync(Path, Cancelled);
        Assert.Equal("Prometheus", (string?)read!["kind"]);
        Assert.Equal($"Bearer {Token}", Assert.Single(cluster.Requests).Authorization);
    }

    [Fact]
    public async Task A_missing_object_and_a_missing_resource_type_are_null()
    {
        Assert.Null(await client.GetAsync(Path, Cancelled));
        Assert.Null(await client.ListAsync(KubernetesPath.AllPrometheuses, Cancelled));
    }

    [Fact]
    public async Task Contents_of_objects_are_not_asked_for_where_metadata_is_enough()
    {
        await client.ListAsync(KubernetesPath.AllPrometheuses, Cancelled);
        Assert.DoesNotContain("PartialObjectMetadata", cluster.Accepted, StringComparison.Ordinal);
        await client.ListMetadataAsync(KubernetesPath.AllInNamespace("api/v1", "central-amp", "secrets"), Cancelled);
        Assert.Equal("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", cluster.Accepted);
    }

    [Fact]
    public async Task An_object_is_deleted_only_with_its_uid()
    {
        cluster.Objects[Path] = JsonNode.Parse("""{"kind":"Prometheus","metadata":{"uid":"u-1"}}""")!.AsObject();
        Assert.False(await client.DeleteAsync(Path, "u-0", Cancelled));
        Assert.True(await client.DeleteAsync(Path, "u-1", Cancelled));
        Assert.False(await client.DeleteAsync(Path, "u-1", Cancelled));
    }

    [Fact]
    public async Task A_deletion_that_is_denied_is_a_failure()
    {
        cluster.AnswerOnce("DELETE", Path, 403, "Forbidden", "no");
        Assert.Equal(Causes.KubernetesForbidden, (await Assert.ThrowsAsync<NotReadyException>(() => client.DeleteAsync(Path, "u-1", Cancelled))).Cause);
    }

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        for (var i = 0; i < 601; i++)
        {
            cluster.Objects[$"{KubernetesPath.Pods("monitoring")}/p{i:000}"] = new JsonObject { ["name"] = $"p{i:000}" };
        }

        var pods = await client.ListAsync(KubernetesPath.Pods("monitoring", "app=x"), Cancelled);
        Assert.Equal(601, pods!.Count);
        Assert.Equal(601, pods.Select(pod => (string?)pod["name"]).Distinct().Count());
        Assert.Equal(3, cluster.Requests.Count);
        Assert.All(cluster.Requests, request => Assert.Contains("labelSelector=app%3Dx&limit=250", request.PathAndQuery, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_whose_next_page_expired_is_read_again_from_its_start()
    {
        for (var i = 0; i < 251; i++)
        {
            cluster.Objects[$"{KubernetesPath.Pods("monitoring")}/p{i:000}"] = new JsonObject { ["name"] = $"p{i:000}" };
        }

        cluster.AnswerOnce("GET", KubernetesPath.Pods("monitoring"), 410, "Expired", "The provided continue parameter is too old");
        Assert.Equal(251, (await client.ListAsync(KubernetesPath.Pods("monitoring"), Cancelled))!.Count);
    }

    [Fact]
    public async Task A_list_that_expires_repeatedly_is_a_transient_failure()
    {
        for (var i = 0; i < 3; i++)
        {
            cluster.AnswerOnce("GET", KubernetesPath.Pods("monitoring"), 410, "Expired", "The provided continue parameter is too old");
        }

        var failure = await Assert.ThrowsAsync<TransientException>(() => client.ListAsync(KubernetesPath.Pods("monitoring"), Cancelled));
        Assert.Equal(Causes.KubernetesListExpired, failure.Cause);
    }

    [Fact]
    public async Task An_answer_with_too_many_bytes_is_Blocked_with_the_number()
    {
        cluster.TextOnce("GET", Path, 200, $$"""{"kind":"{{new string('x', KubernetesClient.MostBytes)}}"}""");
        var failure = await Assert.ThrowsAsync<BlockedException>(() => client.GetAsync(Path, Cancelled));
        Assert.Equal(Causes.KubernetesAnswerTooLong, failure.Cause);
        Assert.Contains("more than 33554432 bytes", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_with_too_many_objects_is_Blocked_with_the_number()
    {
        cluster.TextOnce("GET", KubernetesPath.AllPrometheuses, 200, $$"""{"items":[{{string.Join(',', Enumerable.Repeat("{}", KubernetesClient.MostObjects + 1))}}]}""");
        var failure = await Assert.ThrowsAsync<BlockedException>(() => client.ListAsync(KubernetesPath.AllPrometheuses, Cancelled));
        Assert.Equal(Causes.KubernetesAnswerTooLong, failure.Cause);
        Assert.Contains("more than 20000 objects", failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("%2e%2e")]
    [InlineData("a\n")]
    public void A_name_that_is_no_DNS_name_becomes_no_part_of_a_path(string name)
    {
        Func<string>[] paths =
        [
            () => KubernetesPath.ServiceAccount("monitoring", name), () => KubernetesPath.ServiceAccount(name, "default"),
            () => KubernetesPath.Prometheus("monitoring", name), () => KubernetesPath.PodProxy("monitoring", name, 9090, "/"),
        ];
        Assert.All(paths, path => Assert.Equal(Causes.KubernetesRejected, Assert.Throws<BlockedException>(path).Cause));
    }

    [Fact]
    public async Task Apply_is_server_side_with_the_field_manager_and_never_forced()
    {
        var applied = await client.ApplyAsync(Path, JsonNode.Parse("""{"kind":"Prometheus","metadata":{"name":"prom"}}""")!.AsObject(), Cancelled);
        Assert.NotNull(applied["metadata"]!["resourceVersion"]);
        var request = Assert.Single(cluster.Requests);
        Assert.Equal(
            ("PATCH", $"{Path}?fieldManager=central-amp&force=false", "application/apply-patch+yaml"),
            (request.Method, request.PathAndQuery, request.ContentType));
    }

    [Fact]
    public async Task A_token_is_requested_by_POST()
    {
        var path = KubernetesPath.TokenRequest("monitoring", "prom");
        var answer = await client.CreateAsync(path, new JsonObject { ["kind"] = "TokenRequest" }, Cancelled);
        Assert.Equal("TokenRequest", (string?)answer["kind"]);
        Assert.Equal("POST /api/v1/namespaces/monitoring/serviceaccounts/prom/token?fieldManager=central-amp", Assert.Single(cluster.Writes));
    }

    [Theory]
    [InlineData(200, "prometheus_config_last_reload_successful 1")]
    [InlineData(404, "404 page not found")]
    [InlineData(503, "no endpoints")]
    public async Task Every_status_of_a_pod_behind_the_proxy_is_an_answer(int status, string body)
    {
        var path = KubernetesPath.PodProxy("monitoring", "prom-0", 9090, "/metrics");
        cluster.Proxied[path] = (status, body);
        Assert.Equal(new ProxyAnswer(status, body), await client.ProxyGetAsync(path, Cancelled));
    }

    [Fact]
    public async Task A_proxy_request_without_the_right_to_it_is_a_failure()
    {
        var path = KubernetesPath.PodProxy("monitoring", "prom-0", 9090, "/metrics");
        cluster.AnswerOnce("GET", path, 403, "Forbidden", "pods is forbidden");
        var failure = await Assert.ThrowsAsync<NotReadyException>(() => client.ProxyGetAsync(path, Cancelled));
        Assert.Equal(Causes.KubernetesForbidden, failure.Cause);
    }

    [Theory]
    [InlineData(401, typeof(NotReadyException), Causes.KubernetesUnauthorized)]
    [InlineData(403, typeof(NotReadyException), Causes.KubernetesForbidden)]
    [InlineData(404, typeof(TransientException), Causes.KubernetesConflict)]
    [InlineData(409, typeof(TransientException), Causes.KubernetesConflict)]
    [InlineData(422, typeof(BlockedException), Causes.KubernetesRejected)]
    [InlineData(429, typeof(TransientException), Causes.Throttled)]
    [InlineData(500, typeof(TransientException), Causes.KubernetesUnavailable)]
    public async Task An_error_of_the_API_server_has_a_kind_a_cause_and_its_message(int status, Type kind, string cause)
    {
        cluster.AnswerOnce("PATCH", Path, status, "Reason", "message of the server");
        var failure = await Assert.ThrowsAnyAsync<WorkflowException>(() => client.ApplyAsync(Path, [], Cancelled));
        Assert.IsType(kind, failure);
        Assert.Equal(cause, failure.Cause);
        Assert.Contains($"calling PATCH {Path} of cluster 'shop' in 222222222222/us-east-1", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("message of the server", failure.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conflict_with_another_manager_keeps_the_manager_and_the_field()
    {
        cluster.AnswerOnce(
            "PATCH", Path, 409, "Conflict", "Apply failed with 1 conflict",
            """[{"reason":"FieldManagerConflict","message":"conflict with helm","field":".spec.remoteWrite"}]""");
        var failure = await Assert.ThrowsAsync<BlockedException>(() => client.ApplyAsync(Path, [], Cancelled));
        var answer = Assert.IsType<KubernetesException>(failure.InnerException);
        Assert.True(answer.IsManagerConflict);
        Assert.Equal(new KubernetesCause("FieldManagerConflict", ".spec.remoteWrite", "conflict with helm"), Assert.Single(answer.Causes));
    }

    [Fact]
    public async Task The_sentence_has_the_delay_of_Retry_After()
    {
        cluster.AnswerOnce("GET", Path, 429, "TooManyRequests", "slow down", retryAfter: "7");
        var failure = await Assert.ThrowsAsync<TransientException>(() => client.GetAsync(Path, Cancelled));
        Assert.Contains("in 7 s", failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(502, "<html>Bad gateway</html>", Causes.KubernetesUnavailable)]
    [InlineData(200, "<html>Welcome</html>", Causes.KubernetesUnavailable)]
    [InlineData(200, "[]", Causes.KubernetesUnavailable)]
    public async Task An_answer_that_is_not_Kubernetes_is_no_success(int status, string body, string cause)
    {
        cluster.TextOnce("GET", Path, status, body);
        var failure = await Assert.ThrowsAsync<TransientException>(() => client.GetAsync(Path, Cancelled));
        Assert.Equal(cause, failure.Cause);
    }

    [Fact]
    public async Task A_closed_connection_is_transient()
    {
        cluster.CloseOnce("PATCH", Path);
        var failure = await Assert.ThrowsAsync<TransientException>(() => client.ApplyAsync(Path, [], Cancelled));
        Assert.Equal(Causes.KubernetesUnavailable, failure.Cause);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused_before_the_token_is_sent()
    {
        using var otherAuthority = new TestAuthority();
        await using var other = await FakeKubernetes.StartAsync(otherAuthority);
        using var wrong = Client(other.Endpoint);
        var failure = await Assert.ThrowsAsync<BlockedException>(() => wrong.GetAsync(Path, Cancelled));
        Assert.Equal(Causes.EndpointCertificateWrong, failure.Cause);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused()
    {
        using var wrong = Client(cluster.Endpoint.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        var failure = await Assert.ThrowsAsync<BlockedException>(() => wrong.GetAsync(Path, Cancelled));
        Assert.Equal(Causes.EndpointCertificateWrong, failure.Cause);
    }

    [Fact]
    public async Task A_cancellation_stays_a_cancellation()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync(Path, cancelled.Token));
    }

    private static KubernetesClient Client(string endpoint) =>
        new(Some.Cluster(), ClusterConnection.Open(Some.Described(endpoint, TestAuthority.Shared.Base64Pem), Token, EndpointLimits.Default));
}
