using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>Authentication and authorization of a cluster's API.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private TestCluster test = null!;

    public async ValueTask InitializeAsync() => test = await TestCluster.StartAsync();

    public ValueTask DisposeAsync() => test.DisposeAsync();

    [Fact]
    public async Task An_eks_token_makes_its_principal_a_user_with_the_groups_of_its_access_entry()
    {
        var denied = (await test.GetAsync(ConfigMaps, EksToken())).Expect(HttpStatusCode.Forbidden);
        Assert.Equal(
            $"configmaps is forbidden: User \"{TestCluster.MemberSession}\" cannot list resource \"configmaps\" in API group \"\" in the namespace \"default\"", denied.Message);

        test.Groups = ["central-amp", "system:masters"];
        (await test.GetAsync(ConfigMaps, EksToken())).Expect(HttpStatusCode.OK);
        Assert.Contains(test.Calls, c => c.Caller == TestCluster.MemberSession && c is { Decision: "Deny", Status: 403, Action: "list configmaps" });
    }

    [Fact]
    public async Task A_token_that_does_not_prove_an_identity_for_this_cluster_is_a_bare_401()
    {
        foreach (var token in (string[])[EksToken("wrong"), EksToken() + "=", EksToken().Replace("k8s-aws-v1.", "k8s-aws-v2.", StringComparison.Ordinal), "k8s-aws-v1.!", "nonsense"])
        {
            var answer = (await test.GetAsync("/version", token)).Expect(HttpStatusCode.Unauthorized);
            Assert.Equal("Unauthorized", answer.Message);
            Assert.Null(answer.Json["details"]);
        }
    }

    [Fact]
    public async Task A_principal_without_an_access_entry_gets_a_401()
    {
        test.Groups = null;

        (await test.GetAsync("/version", EksToken())).Expect(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_a_token_there_is_the_version_and_nothing_else()
    {
        (await test.GetAsync("/version", token: "")).Expect(HttpStatusCode.OK);
        var answer = (await test.GetAsync(ConfigMaps, token: "")).Expect(HttpStatusCode.Forbidden);
        Assert.Contains("system:anonymous", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_with_names_allows_these_objects_and_no_list()
    {
        await test.CreateAsync(ConfigMaps, ConfigMap("mine"));
        await test.CreateAsync(ConfigMaps, ConfigMap("other"));
        var token = await test.UserWithAsync("""{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["mine"],"verbs":["get","list"]}""");

        (await test.GetAsync($"{ConfigMaps}/mine", token)).Expect(HttpStatusCode.OK);
        (await test.GetAsync($"{ConfigMaps}/other", token)).Expect(HttpStatusCode.Forbidden);
        (await test.GetAsync(ConfigMaps, token)).Expect(HttpStatusCode.Forbidden);
        (await test.GetAsync($"{ConfigMaps}?fieldSelector=metadata.name%3Dmine", token)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_subresource_is_a_resource_of_its_own()
    {
        await test.CreateAsync("/api/v1/namespaces/default/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"main"}}""");
        var token = await test.UserWithAsync("""{"apiGroups":[""],"resources":["serviceaccounts"],"verbs":["*"]}""");

        (await test.GetAsync("/api/v1/namespaces/default/serviceaccounts/main", token)).Expect(HttpStatusCode.OK);
        (await test.CreateAsync("/api/v1/namespaces/default/serviceaccounts/main/token", TokenRequest(3600), token)).Expect(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_token_request_gives_a_signed_token_of_the_issuer_for_the_audience()
    {
        await test.CreateAsync("/api/v1/namespaces/default/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"main"}}""");

        var answer = (await test.CreateAsync("/api/v1/namespaces/default/serviceaccounts/main/token", TokenRequest(3600))).Expect(HttpStatusCode.Created);

        var parts = answer.Json.TextAt("status", "token")!.Split('.');
        Assert.True(test.Cluster.SigningKey.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal(test.Cluster.Issuer, claims.TextAt("iss"));
        Assert.Equal("system:serviceaccount:default:main", claims.TextAt("sub"));
        Assert.Equal(["sts.amazonaws.com"], claims.TextsAt("aud"));
        Assert.DoesNotContain(test.Calls, c => c.Write && c.Resource.Contains("token", StringComparison.Ordinal));
        (await test.CreateAsync("/api/v1/namespaces/default/serviceaccounts/main/token", TokenRequest(599))).Expect(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_cluster_with_that_behaviour_issues_tokens_that_another_cluster_signed()
    {
        await using var confused = await TestCluster.StartAsync(new ClusterBehaviour { TokensOfAnotherCluster = true });
        await confused.CreateAsync("/api/v1/namespaces/default/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"main"}}""");

        var answer = (await confused.CreateAsync("/api/v1/namespaces/default/serviceaccounts/main/token", TokenRequest(3600))).Expect(HttpStatusCode.Created);

        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(answer.Json.TextAt("status", "token")!.Split('.')[1]));
        Assert.NotEqual(confused.Cluster.Issuer, claims.TextAt("iss"));
    }

    [Fact]
    public async Task A_role_counts_in_its_namespace_only()
    {
        await test.CreateAsync(ClusterRoles, Role("pods", """["list"]"""));
        var token = await test.UserWithAsync();
        await test.CreateAsync("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"pods"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"pods"},"subjects":[{"kind":"ServiceAccount","namespace":"kube-system","name":"user"}]}
            """);

        (await test.GetAsync("/api/v1/namespaces/default/pods", token)).Expect(HttpStatusCode.OK);
        (await test.GetAsync("/api/v1/namespaces/kube-system/pods", token)).Expect(HttpStatusCode.Forbidden);
        (await test.GetAsync("/api/v1/pods", token)).Expect(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_proxied_pod_is_named_with_its_port()
    {
        const string proxy = "/api/v1/namespaces/default/pods/p-0:9090/proxy/metrics";
        var bare = await test.UserWithAsync("""{"apiGroups":[""],"resources":["pods/proxy"],"resourceNames":["p-0"],"verbs":["get"]}""");
        (await test.GetAsync(proxy, bare)).Expect(HttpStatusCode.Forbidden);

        await using var other = await TestCluster.StartAsync();
        var named = await other.UserWithAsync("""{"apiGroups":[""],"resources":["pods/proxy"],"resourceNames":["p-0:9090"],"verbs":["get"]}""");
        (await other.GetAsync(proxy, named)).Expect(HttpStatusCode.NotFound);
        (await other.GetAsync(proxy.Replace("9090", "8080", StringComparison.Ordinal), named)).Expect(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_user_cannot_grant_what_he_does_not_hold_nor_bind_a_role_that_does()
    {
        var token = await test.UserWithAsync(
            """{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles","clusterrolebindings"],"verbs":["create"]}""",
            """{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}""");

        var answer = (await test.CreateAsync(ClusterRoles, Role("more", """["get","list","delete"]"""), token)).Expect(HttpStatusCode.Forbidden);
        Assert.Contains("is attempting to grant RBAC permissions not currently held", answer.Message, StringComparison.Ordinal);
        (await test.CreateAsync(ClusterRoles, Role("less", """["get"]"""), token)).Expect(HttpStatusCode.Created);

        (await test.CreateAsync(ClusterRoleBindings, Binding("take", "cluster-admin"), token)).Expect(HttpStatusCode.Forbidden);
        (await test.CreateAsync(ClusterRoleBindings, Binding("held", "less"), token)).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_role_of_a_binding_cannot_be_changed()
    {
        await test.CreateAsync(ClusterRoles, Role("one", """["get"]"""));
        await test.CreateAsync(ClusterRoleBindings, Binding("b", "one"));

        var answer = await test.ApplyAsync($"{ClusterRoleBindings}/b", Binding("b", "cluster-admin"), "fieldManager=x&force=true");

        answer.Expect(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_certificate_of_the_cluster_is_of_its_own_authority_alone()
    {
        await using var other = await TestCluster.StartAsync();

        Assert.NotEqual(test.Cluster.CertificateAuthorityData, other.Cluster.CertificateAuthorityData);
        Assert.NotEqual(test.Cluster.Issuer, other.Cluster.Issuer);
    }

    private const string ClusterRoles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    private const string ClusterRoleBindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

    private static string Role(string name, string verbs) =>
        $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"{{name}}"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":{{verbs}}}]}""";

    private static string Binding(string name, string role) =>
        $$"""
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"{{name}}"},
         "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{role}}"},"subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"g"}]}
        """;

    private static string ConfigMap(string name) => $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"} }""";

    private static string TokenRequest(int seconds) =>
        $$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["sts.amazonaws.com"],"expirationSeconds":{{seconds}} } }""";

    // What is in the URL is AWS's side to judge; here it is whatever the fake takes for good.
    private static string EksToken(string signature = "good") => "k8s-aws-v1." + Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes($"https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Signature={signature}"));
}
