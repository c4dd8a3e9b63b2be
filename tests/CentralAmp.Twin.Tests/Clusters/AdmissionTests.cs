using System.Net;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Tests.Clusters;

public sealed class AdmissionTests
{
    private const string Namespace = "team";
    private const string Pods = $"/api/v1/namespaces/{Namespace}/pods";

    [Fact]
    public async Task A_webhook_refuses_what_its_policy_does_not_allow()
    {
        await using var test = await TestCluster.StartAsync(new ClusterBehaviour { Refusals = [Refusal.ByWebhook("configmaps", Namespace)] });
        await CreateNamespaceAsync(test);

        var answer = (await test.CreateAsync($"/api/v1/namespaces/{Namespace}/configmaps", ConfigMap)).Expect(HttpStatusCode.Forbidden);

        Assert.StartsWith("admission webhook \"validate.policy.example.com\" denied the request", answer.Message, StringComparison.Ordinal);
        (await test.CreateAsync("/api/v1/namespaces/default/configmaps", ConfigMap)).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_quota_that_is_used_up_refuses()
    {
        await using var test = await TestCluster.StartAsync(new ClusterBehaviour { Refusals = [Refusal.ByQuota("configmaps")] });

        var answer = (await test.CreateAsync("/api/v1/namespaces/default/configmaps", ConfigMap)).Expect(HttpStatusCode.Forbidden);

        Assert.Contains("exceeded quota", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("""
        ,"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}}
        """, true)]
    public async Task A_restricted_namespace_takes_restricted_pods_only(string securityContext, bool isTaken)
    {
        await using var test = await TestCluster.StartAsync();
        await CreateNamespaceAsync(test, "\"labels\":{\"pod-security.kubernetes.io/enforce\":\"restricted\"},");

        var answer = await test.CreateAsync(Pods, $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"main"{{{securityContext}}}}]}}""");

        answer.Expect(isTaken ? HttpStatusCode.Created : HttpStatusCode.Forbidden);
        if (!isTaken)
            Assert.Contains("violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_new_comes_into_a_namespace_that_is_being_deleted()
    {
        await using var test = await TestCluster.StartAsync(new ClusterBehaviour { TerminatingNamespace = Namespace });
        Assert.Equal("Terminating", test.Cluster.Snapshot("Namespace", "", Namespace).TextAt("status", "phase"));

        var answer = (await test.CreateAsync($"/api/v1/namespaces/{Namespace}/configmaps", ConfigMap)).Expect(HttpStatusCode.Forbidden);

        Assert.Equal("NamespaceTerminating", Assert.Single(answer.Causes).TextAt("reason"));
        (await test.CreateAsync("/api/v1/namespaces", $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Namespace}}"} }""")).Expect(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task An_answer_that_is_cut_is_no_answer()
    {
        await using var test = await TestCluster.StartAsync();
        test.Cluster.CutAnswers(1);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => test.GetAsync("/api/v1/namespaces"));

        (await test.GetAsync("/api/v1/namespaces")).Expect(HttpStatusCode.OK);
    }

    private const string ConfigMap = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""";

    private static async Task CreateNamespaceAsync(TestCluster test, string metadata = "") =>
        (await test.CreateAsync("/api/v1/namespaces", $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{ {{{metadata}}}"name":"{{{Namespace}}}" }}""")).Expect(HttpStatusCode.Created);
}
