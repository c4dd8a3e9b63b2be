using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>The access that CentralAmp relies on in a cluster: RBAC of its group, restricted to named objects, and tokens for one audience.</summary>
public sealed class AccessTests(ContractServer server) : IAsyncLifetime
{
    private ContractNamespace space = null!;
    private IKubernetes group = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IKubernetes Administrator => server.Administrator;

    private Collector Collector => new()
    {
        Namespace = space.Name,
        Name = "prom",
        Uid = "any",
        ServiceAccount = "prom",
        StatefulSet = "prometheus-prom",
        Pods = ["prometheus-prom-0"],
    };

    public async ValueTask InitializeAsync()
    {
        space = await server.NewNamespaceAsync();
        group = server.AsGroup();
        foreach (var name in (string[])["prom", "other"])
        {
            await space.InstallAsync(space.ServiceAccountPath(name), space.ServiceAccount(name));
        }

        await space.InstallAsync(space.PrometheusPath(), space.Prometheus("{}"));
    }

    public async ValueTask DisposeAsync()
    {
        group.Dispose();
        await space.DisposeAsync();
    }

    [Fact]
    public async Task The_group_reads_what_planning_reads_and_no_Secrets()
    {
        Assert.NotEmpty((await group.ListAsync(KubernetesPath.AllPrometheuses, Cancelled))!);
        Assert.NotNull(await group.ListAsync(KubernetesPath.StatefulSets(space.Name), Cancelled));
        Assert.NotNull(await group.GetAsync(space.ServiceAccountPath(), Cancelled));
        await ForbiddenAsync(() => group.ListAsync($"/api/v1/namespaces/{space.Name}/secrets", Cancelled));
        await ForbiddenAsync(() => group.ListAsync(space.ConfigMaps, Cancelled));
    }

    [Fact]
    public async Task The_managed_rules_are_missing_until_an_administrator_creates_them_and_are_created_once()
    {
        var rules = RbacRules.Writing(Collector);
        Assert.Equal(RbacAccess.Missing, await RbacRules.CheckAsync(group, rules, Cancelled));
        foreach (var change in (Change[])[Change.Created, Change.Unchanged])
        {
            foreach (var rule in rules)
            {
                Assert.Equal(change, await RbacRules.EnsureAsync(Administrator, rule, Cancelled));
            }
        }

        Assert.Equal(RbacAccess.Allowed, await RbacRules.CheckAsync(group, rules, Cancelled));
    }

    [Fact]
    public async Task Rules_that_another_manager_widened_are_reported_as_missing()
    {
        var rules = RbacRules.Writing(Collector);
        foreach (var rule in rules)
        {
            await RbacRules.EnsureAsync(Administrator, rule, Cancelled);
        }

        await Administrator.MergePatchAsync(
            rules[0].Path, JsonNode.Parse("""{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""")!.AsObject(), Cancelled);
        Assert.Equal(RbacAccess.Missing, await RbacRules.CheckAsync(group, rules, Cancelled));
    }

    [Fact]
    public async Task Write_access_is_restricted_to_named_objects()
    {
        await GrantAsync();
        Assert.NotNull(await group.ApplyAsync(space.PrometheusPath(), space.Prometheus("""{"podMetadata":{"annotations":{"managed":"1"}}}"""), Cancelled));
        Assert.NotNull(await group.ApplyAsync(space.ServiceAccountPath(), space.ServiceAccount(), Cancelled));
        await ForbiddenAsync(() => group.ApplyAsync(space.ServiceAccountPath("other"), space.ServiceAccount("other"), Cancelled));
        await ForbiddenAsync(() => group.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled));
        await ForbiddenAsync(() => group.DeleteAsync(space.PrometheusPath(), "any", Cancelled));
    }

    [Fact]
    public async Task A_user_cannot_grant_more_than_he_has()
    {
        var rule = RbacRules.Writing(Collector)[0];
        await ForbiddenAsync(() => group.ApplyAsync(rule.Path, rule.Desired, Cancelled));

        // This user may write roles, and nothing else.
        using var writer = server.As("contract-writer", "contract-writers");
        await Administrator.ApplyAsync(KubernetesPath.Role(space.Name, "writers"), Role("writers"), Cancelled);
        await Administrator.ApplyAsync(KubernetesPath.RoleBinding(space.Name, "writers"), Binding("writers", "contract-writers"), Cancelled);
        var failure = await ForbiddenAsync(() => writer.ApplyAsync(rule.Path, rule.Desired, Cancelled));
        Assert.Contains("attempting to grant", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_for_one_service_account_and_one_audience()
    {
        await GrantAsync();
        var request = JsonNode.Parse("""
            {"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["sts.amazonaws.com"],"expirationSeconds":600}}
            """)!.AsObject();
        var answer = await group.CreateAsync(KubernetesPath.TokenRequest(space.Name, "prom"), request.DeepClone().AsObject(), Cancelled);
        var claims = JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(answer.TextAt("status", "token")!.Split('.')[1])))!;
        Assert.Equal($"system:serviceaccount:{space.Name}:prom", claims.TextAt("sub"));
        Assert.Equal("""["sts.amazonaws.com"]""", claims["aud"]!.ToJsonString());
        Assert.StartsWith("https://", claims.TextAt("iss"), StringComparison.Ordinal);
        Assert.Equal(600, claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>());
        await ForbiddenAsync(() => group.CreateAsync(KubernetesPath.TokenRequest(space.Name, "other"), request, Cancelled));
    }

    [Fact]
    public async Task A_forbidden_call_names_the_user_and_the_resource()
    {
        var failure = await ForbiddenAsync(() => group.ListAsync(space.ConfigMaps, Cancelled));
        Assert.Contains("contract-member", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("configmaps", failure.Sentence, StringComparison.Ordinal);
    }

    private static async Task<NotReadyException> ForbiddenAsync(Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<NotReadyException>(call);
        Assert.Equal(Causes.KubernetesForbidden, failure.Cause);
        return failure;
    }

    private async Task GrantAsync()
    {
        foreach (var rule in RbacRules.Writing(Collector))
        {
            await RbacRules.EnsureAsync(Administrator, rule, Cancelled);
        }
    }

    private JsonObject Role(string name) => JsonNode.Parse($$"""
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"{{name}}","namespace":"{{space.Name}}"},
         "rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"verbs":["get","create","patch"]}]}
        """)!.AsObject();

    private JsonObject Binding(string role, string group) => JsonNode.Parse($$"""
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"{{role}}","namespace":"{{space.Name}}"},
         "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"{{role}}"},
         "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"{{group}}"}]}
        """)!.AsObject();
}
