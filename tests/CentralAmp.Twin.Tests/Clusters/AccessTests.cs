using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>Who gets in, and what he may do there.</summary>
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

    [Theory]
    [InlineData("X-Amz-Signature=good", "X-Amz-Signature=bad")]
    [InlineData("https://sts.us-east-1.amazonaws.com/", "https://sts.example.com/")]
    [InlineData("https://sts.us-east-1.amazonaws.com/", "https://sts.us-east-1.amazonaws.com/path")]
    [InlineData("Action=GetCallerIdentity", "Action=GetSessionToken")]
    [InlineData("X-Amz-Expires=60", "X-Amz-Expires=901")]
    [InlineData("X-Amz-SignedHeaders=host%3Bx-k8s-aws-id", "X-Amz-SignedHeaders=host")]
    [InlineData("X-Amz-Expires=60", "X-Amz-Expires=60&Extra=1")]
    public async Task A_token_that_is_not_exactly_a_presigned_identity_call_is_a_bare_401(string part, string other)
    {
        var answer = (await test.GetAsync("/version", EksToken(part, other))).Expect(HttpStatusCode.Unauthorized);

        Assert.Equal("Unauthorized", answer.Message);
        Assert.Null(answer.Json["details"]);
    }

    [Fact]
    public async Task A_padded_token_or_one_that_is_too_old_is_a_401()
    {
        (await test.GetAsync("/version", EksToken() + "=")).Expect(HttpStatusCode.Unauthorized);
        (await test.GetAsync("/version", EksToken(age: TimeSpan.FromMinutes(16)))).Expect(HttpStatusCode.Unauthorized);
        (await test.GetAsync("/version", EksToken(age: TimeSpan.FromMinutes(14)))).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_principal_without_an_access_entry_is_nobody()
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

    private static string EksToken(string part = "", string other = "", TimeSpan age = default)
    {
        var signed = (TimeProvider.System.GetUtcNow() - age).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var url = "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=k" +
            $"&X-Amz-Date={signed}&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=t&X-Amz-Signature=good";
        return "k8s-aws-v1." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.Length > 0 ? url.Replace(part, other, StringComparison.Ordinal) : url));
    }
}
