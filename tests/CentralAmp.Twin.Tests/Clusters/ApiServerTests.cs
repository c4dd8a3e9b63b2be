using System.Net;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>Reading, listing, changing and refusing, as Kubernetes answers.</summary>
public sealed class ApiServerTests : IAsyncLifetime
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private TestCluster test = null!;

    public async ValueTask InitializeAsync() => test = await TestCluster.StartAsync();

    public ValueTask DisposeAsync() => test.DisposeAsync();

    [Fact]
    public async Task A_created_object_has_an_identity_and_is_answered_until_it_is_deleted()
    {
        var created = (await test.CreateAsync(ConfigMaps, ConfigMap("a"))).Expect(HttpStatusCode.Created).Json;
        Assert.NotEmpty(created.Uid());
        Assert.NotNull(created.TextAt("metadata", "creationTimestamp"));
        (await test.CreateAsync(ConfigMaps, ConfigMap("a"))).Expect(HttpStatusCode.Conflict);

        (await test.GetAsync($"{ConfigMaps}/a")).Expect(HttpStatusCode.OK);
        (await test.SendAsync(HttpMethod.Delete, $"{ConfigMaps}/a")).Expect(HttpStatusCode.OK);
        var gone = (await test.GetAsync($"{ConfigMaps}/a")).Expect(HttpStatusCode.NotFound);
        Assert.Equal("configmaps \"a\" not found", gone.Message);
        Assert.Equal("NotFound", gone.Reason);
    }

    [Fact]
    public async Task An_unreachable_cluster_answers_nobody_until_it_is_reachable_again()
    {
        test.Cluster.IsReachable = false;
        await Assert.ThrowsAsync<HttpRequestException>(() => test.GetAsync("/version"));
        test.Cluster.IsReachable = true;

        (await test.GetAsync("/version")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_update_with_an_old_version_is_a_conflict()
    {
        var created = (await test.CreateAsync(ConfigMaps, ConfigMap("a"))).Json;
        (await test.SendAsync(HttpMethod.Put, $"{ConfigMaps}/a", ConfigMap("a", """{"k":"1"}"""))).Expect(HttpStatusCode.OK);

        created["data"] = null;
        var answer = (await test.SendAsync(HttpMethod.Put, $"{ConfigMaps}/a", created.ToText())).Expect(HttpStatusCode.Conflict);

        Assert.Empty(answer.Causes);
        Assert.Equal("1", test.Cluster.Snapshot("ConfigMap", "default", "a").TextAt("data", "k"));
    }

    [Fact]
    public async Task Lists_come_in_pages_that_together_are_the_whole()
    {
        for (var i = 0; i < 5; i++)
            (await test.CreateAsync(ConfigMaps, ConfigMap($"c{i}"))).Expect(HttpStatusCode.Created);

        List<string> names = [];
        for (var next = ""; ;)
        {
            var page = (await test.GetAsync($"/api/v1/configmaps?limit=2&continue={Uri.EscapeDataString(next)}")).Expect(HttpStatusCode.OK).Json;
            names.AddRange(page.ObjectsAt("items").Select(i => i.Name()));
            next = page.TextAt("metadata", "continue") ?? "";
            if (next.Length == 0)
                break;
            Assert.Equal(5 - names.Count, page.NumberAt("metadata", "remainingItemCount"));
        }

        Assert.Equal(["c0", "c1", "c2", "c3", "c4"], names);
        (await test.GetAsync("/api/v1/configmaps?continue=nonsense")).Expect(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("app=web", "a")]
    [InlineData("app!=web", "b,c")]
    [InlineData("app in (web,db)", "a,b")]
    [InlineData("app notin (web)", "b,c")]
    [InlineData("app", "a,b")]
    [InlineData("!app", "c")]
    [InlineData("app=web,tier=front", "a")]
    public async Task Label_selectors_select(string selector, string expected)
    {
        await test.CreateAsync(ConfigMaps, Labelled("a", """{"app":"web","tier":"front"}"""));
        await test.CreateAsync(ConfigMaps, Labelled("b", """{"app":"db"}"""));
        await test.CreateAsync(ConfigMaps, Labelled("c", "{}"));

        var list = (await test.GetAsync($"{ConfigMaps}?labelSelector={Uri.EscapeDataString(selector)}")).Expect(HttpStatusCode.OK).Json;

        Assert.Equal(expected, string.Join(',', list.ObjectsAt("items").Select(i => i.Name())));
    }

    [Fact]
    public async Task What_the_server_does_not_do_is_said_loudly()
    {
        (await test.GetAsync("/api/v1/limitranges")).Expect(HttpStatusCode.NotFound);
        (await test.GetAsync("/apis/batch/v1/jobs")).Expect(HttpStatusCode.NotFound);
        (await test.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/default")).Expect(HttpStatusCode.Forbidden);
        (await test.SendAsync(HttpMethod.Delete, ConfigMaps)).Expect(HttpStatusCode.MethodNotAllowed);
        (await test.CreateAsync($"{ConfigMaps}/a", ConfigMap("a"))).Expect(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task A_body_that_is_not_what_the_path_says_is_refused()
    {
        (await test.CreateAsync(ConfigMaps, "not json")).Expect(HttpStatusCode.BadRequest);
        (await test.CreateAsync(ConfigMaps, """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}""")).Expect(HttpStatusCode.BadRequest);
        (await test.CreateAsync(ConfigMaps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"other"}}""")).Expect(HttpStatusCode.BadRequest);
        (await test.CreateAsync(ConfigMaps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}""")).Expect(HttpStatusCode.UnprocessableEntity);
        (await test.CreateAsync("/api/v1/namespaces/none/configmaps", ConfigMap("a"))).Expect(HttpStatusCode.NotFound);
        (await test.SendAsync(HttpMethod.Patch, $"{ConfigMaps}/a", "{}", "text/plain")).Expect(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Discovery_names_the_kinds_that_are_served_now()
    {
        Assert.DoesNotContain("monitoring.coreos.com", (await test.GetAsync("/apis")).Body, StringComparison.Ordinal);
        await test.InstallKindsAsync();

        Assert.Contains("monitoring.coreos.com", (await test.GetAsync("/apis")).Body, StringComparison.Ordinal);
        Assert.Contains("prometheuses", (await test.GetAsync("/apis/monitoring.coreos.com/v1")).Expect(HttpStatusCode.OK).Body, StringComparison.Ordinal);
        Assert.Contains("\"v1\"", (await test.GetAsync("/api")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_call_is_recorded_with_what_it_did_to_what()
    {
        await test.CreateAsync(ConfigMaps, ConfigMap("a"));
        await test.GetAsync($"{ConfigMaps}/a");

        Assert.Collection(
            test.Calls,
            c => Assert.Equal(("create configmaps", true, "Allow", 201), (c.Action, c.Write, c.Decision, c.Status)),
            c => Assert.Equal(("get configmaps", false, $"{TestCluster.Arn}/default/configmaps/a"), (c.Action, c.Write, c.Resource)));
    }

    private static string ConfigMap(string name, string data = "{}") => $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{{data}}}""";

    private static string Labelled(string name, string labels) => $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}","labels":{{labels}} } }""";
}
