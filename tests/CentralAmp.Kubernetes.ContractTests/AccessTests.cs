using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>What CentralAmp's place in a cluster relies on: RBAC of its group, by the names of objects, and tokens for one audience.</summary>
public sealed class AccessTests(ContractServer server) : IAsyncLifetime
{
    private ContractNamespace space = null!;
    private IKubernetes us = null!;

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
        us = server.AsGroup();
        foreach (var name in (string[])["prom", "other"])
        {
            await space.InstallAsync(space.ServiceAccountPath(name), space.ServiceAccount(name));
        }

        await space.InstallAsync(space.PrometheusPath(), space.Prometheus("{}"));
    }

    public async ValueTask DisposeAsync()
    {
        us.Dispose();
        await space.DisposeAsync();
    }

    [Fact]
    public async Task The_group_reads_what_planning_reads_and_no_Secrets()
    {
        Assert.NotEmpty((await us.ListAsync(KubernetesPath.AllPrometheuses, Cancelled))!);
        Assert.NotNull(await us.ListAsync(KubernetesPath.StatefulSets(space.Name), Cancelled));
        Assert.NotNull(await us.GetAsync(space.ServiceAccountPath(), Cancelled));
        await ForbiddenAsync(() => us.ListAsync($"/api/v1/namespaces/{space.Name}/secrets", Cancelled));
        await ForbiddenAsync(() => us.ListAsync(space.ConfigMaps, Cancelled));
    }

    [Fact]
    public async Task Our_rules_are_missing_until_an_administrator_makes_them_and_are_made_once()
    {
        var rules = RbacRules.Writing(Collector);
        Assert.Equal(RbacAccess.Missing, await RbacRules.CheckAsync(us, rules, Cancelled));
        foreach (var change in (Change[])[Change.Created, Change.Unchanged])
        {
            foreach (var rule in rules)
            {
                Assert.Equal(change, await RbacRules.EnsureAsync(Administrator, rule, Cancelled));
            }
        }

        Assert.Equal(RbacAccess.Allowed, await RbacRules.CheckAsync(us, rules, Cancelled));
    }

    [Fact]
    public async Task Rules_that_someone_widened_or_took_away_are_seen_and_put_back()
    {
        var rules = RbacRules.Writing(Collector);
        foreach (var rule in rules)
        {
            await RbacRules.EnsureAsync(Administrator, rule, Cancelled);
        }

        await Administrator.MergePatchAsync(
            rules[0].Path, JsonNode.Parse("""{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""")!.AsObject(), Cancelled);
        Assert.Equal(RbacAccess.Missing, await RbacRules.CheckAsync(us, rules, Cancelled));
    }

    [Fact]
    public async Task Writing_is_by_the_names_of_objects()
    {
        await GrantAsync();
        Assert.NotNull(await us.ApplyAsync(space.PrometheusPath(), space.Prometheus("""{"podMetadata":{"annotations":{"ours":"1"}}}"""), Cancelled));
        Assert.NotNull(await us.ApplyAsync(space.ServiceAccountPath(), space.ServiceAccount(), Cancelled));
        await ForbiddenAsync(() => us.ApplyAsync(space.ServiceAccountPath("other"), space.ServiceAccount("other"), Cancelled));
        await ForbiddenAsync(() => us.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled));
        await ForbiddenAsync(() => us.DeleteAsync(space.PrometheusPath(), "any", Cancelled));
    }

    [Fact]
    public async Task Nobody_hands_out_more_than_he_has()
    {
        var rule = RbacRules.Writing(Collector)[0];
        await ForbiddenAsync(() => us.ApplyAsync(rule.Path, rule.Desired, Cancelled));

        // With the right to write roles, and no more than that.
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
        var answer = await us.CreateAsync(KubernetesPath.TokenRequest(space.Name, "prom"), request.DeepClone().AsObject(), Cancelled);
        var claims = JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(answer.TextAt("status", "token")!.Split('.')[1])))!;
        Assert.Equal($"system:serviceaccount:{space.Name}:prom", claims.TextAt("sub"));
        Assert.Equal("""["sts.amazonaws.com"]""", claims["aud"]!.ToJsonString());
        Assert.StartsWith("https://", claims.TextAt("iss"), StringComparison.Ordinal);
        Assert.Equal(600, claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>());
        await ForbiddenAsync(() => us.CreateAsync(KubernetesPath.TokenRequest(space.Name, "other"), request, Cancelled));
    }

    [Fact]
    public async Task What_RBAC_forbids_comes_with_a_sentence_that_says_who_and_what()
    {
        var failure = await ForbiddenAsync(() => us.ListAsync(space.ConfigMaps, Cancelled));
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
