using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>What delivery relies on of server-side apply.</summary>
public sealed class ServerSideApplyTests(ContractServer server) : IAsyncLifetime
{
    private const string Theirs = """[{"name":"theirs","url":"https://theirs.example"}]""";
    private const string Our = """[{"name":"central-amp","url":"https://ours.example"}]""";
    private ContractNamespace space = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IKubernetes Us => server.Administrator;

    public async ValueTask InitializeAsync() => space = await server.NewNamespaceAsync();

    public ValueTask DisposeAsync() => space.DisposeAsync();

    [Fact]
    public async Task What_is_absent_is_created_and_owned_by_its_manager()
    {
        var made = await Us.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a", ("key", "value")), Cancelled);
        Assert.Equal("value", made.TextAt("data", "key"));
        Assert.NotEmpty(made.Uid());
        Assert.Equal(["central-amp Apply"], made.Managers());
    }

    [Fact]
    public async Task With_a_uid_in_the_body_nothing_is_created()
    {
        var body = space.ConfigMap("a");
        body["metadata"]!["uid"] = Guid.NewGuid().ToString();
        var failure = await Assert.ThrowsAsync<TransientException>(() => Us.ApplyAsync(space.ConfigMapPath("a"), body, Cancelled));
        Assert.False(Assert.IsType<KubernetesException>(failure.InnerException).IsManagerConflict);
        Assert.Null(await Us.GetAsync(space.ConfigMapPath("a"), Cancelled));
    }

    [Fact]
    public async Task The_uid_of_another_object_of_that_name_is_a_conflict()
    {
        var made = await Us.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled);
        Assert.True(await Us.DeleteAsync(space.ConfigMapPath("a"), made.Uid(), Cancelled));
        await Us.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled);
        var body = space.ConfigMap("a", ("key", "value"));
        body["metadata"]!["uid"] = made.Uid();
        await Assert.ThrowsAsync<TransientException>(() => Us.ApplyAsync(space.ConfigMapPath("a"), body, Cancelled));
    }

    [Fact]
    public async Task A_stale_resourceVersion_is_a_conflict_that_names_no_field()
    {
        var stale = (await Us.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled)).ResourceVersion();
        await Us.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a", ("key", "1")), Cancelled);
        var body = space.ConfigMap("a", ("key", "2"));
        body["metadata"]!["resourceVersion"] = stale;
        var failure = await Assert.ThrowsAsync<TransientException>(() => Us.ApplyAsync(space.ConfigMapPath("a"), body, Cancelled));
        Assert.Empty(Assert.IsType<KubernetesException>(failure.InnerException).Causes);
    }

    [Fact]
    public async Task A_list_of_another_manager_is_a_conflict_that_names_field_and_manager_and_changes_nothing()
    {
        var before = await space.InstallAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{Theirs}}}"""));
        var failure = await Assert.ThrowsAsync<BlockedException>(
            () => Us.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{Our}}}"""), Cancelled));
        var conflict = Assert.IsType<KubernetesException>(failure.InnerException);
        Assert.True(conflict.IsManagerConflict);
        var cause = Assert.Single(conflict.Causes);
        Assert.Equal(".spec.remoteWrite", cause.Field);
        Assert.Contains("helm", cause.Message, StringComparison.Ordinal);
        Assert.Equal(before.Revision(), (await Us.GetAsync(space.PrometheusPath(), Cancelled))!.Revision());
    }

    [Fact]
    public async Task The_list_is_one_field_to_which_nothing_can_be_added()
    {
        await space.InstallAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{Theirs}}}"""));
        var both = $"{Theirs[..^1]},{Our[1..]}";
        await Assert.ThrowsAsync<BlockedException>(() => Us.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{both}}}"""), Cancelled));
        // The same value is shared, and then neither may change it alone.
        var shared = await Us.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{Theirs}}}"""), Cancelled);
        Assert.Superset(new HashSet<string> { "helm Apply", "central-amp Apply" }, shared.Managers().ToHashSet());
        (await server.ApplyAsAsync("helm", space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{both}}}"""))).Expect(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_forced_list_of_another_manager_wipes_ours()
    {
        await Us.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{Our}}}"""), Cancelled);
        var answer = await server.ApplyAsAsync("argocd-controller", space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{Theirs}}}"""), "force=true");
        Assert.Equal(["theirs"], answer.Expect(HttpStatusCode.OK).Json.At("spec", "remoteWrite")!.AsArray().Select(entry => entry.TextAt("name")));
    }

    [Fact]
    public async Task What_its_only_owner_leaves_out_is_removed_and_the_rest_stays()
    {
        await space.InstallAsync(space.PrometheusPath(), space.Prometheus("""{"replicas":2}"""));
        await Us.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{Our}}}"""), Cancelled);
        var left = await Us.ApplyAsync(space.PrometheusPath(), space.Prometheus("{}"), Cancelled);
        Assert.Equal(["paused", "replicas"], left["spec"]!.AsObject().Select(field => field.Key).Order());
        Assert.Equal(2, left["spec"]!["replicas"]!.GetValue<int>());
    }

    [Fact]
    public async Task Annotations_have_an_owner_each()
    {
        var theirs = space.ServiceAccount();
        theirs["metadata"]!["annotations"] = new JsonObject { ["theirs"] = "1" };
        await space.InstallAsync(space.ServiceAccountPath(), theirs);

        var ours = space.ServiceAccount();
        ours["metadata"]!["annotations"] = new JsonObject { ["ours"] = "2" };
        var both = await Us.ApplyAsync(space.ServiceAccountPath(), ours, Cancelled);
        Assert.Equal(("1", "2"), (both.TextAt("metadata", "annotations", "theirs"), both.TextAt("metadata", "annotations", "ours")));

        ours["metadata"]!["annotations"] = new JsonObject { ["theirs"] = "3" };
        var failure = await Assert.ThrowsAsync<BlockedException>(() => Us.ApplyAsync(space.ServiceAccountPath(), ours, Cancelled));
        Assert.Equal(".metadata.annotations.theirs", Assert.Single(Assert.IsType<KubernetesException>(failure.InnerException).Causes).Field);

        var left = await Us.ApplyAsync(space.ServiceAccountPath(), space.ServiceAccount(), Cancelled);
        Assert.Equal("""{"theirs":"1"}""", left.At("metadata", "annotations")!.ToJsonString());
    }

    [Fact]
    public async Task Annotations_of_pods_have_an_owner_each()
    {
        await space.InstallAsync(space.PrometheusPath(), space.Prometheus("""{"podMetadata":{"annotations":{"theirs":"1"}}}"""));
        var both = await Us.ApplyAsync(space.PrometheusPath(), space.Prometheus("""{"podMetadata":{"annotations":{"ours":"2"}}}"""), Cancelled);
        Assert.Equal(2, both.At("spec", "podMetadata", "annotations")!.AsObject().Count);
        var left = await Us.ApplyAsync(space.PrometheusPath(), space.Prometheus("{}"), Cancelled);
        Assert.Equal("""{"theirs":"1"}""", left.At("spec", "podMetadata", "annotations")!.ToJsonString());
    }

    [Fact]
    public async Task Keys_of_a_ConfigMap_have_an_owner_each()
    {
        await space.InstallAsync(space.ConfigMapPath("a"), space.ConfigMap("a", ("theirs", "1")));
        await Us.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a", ("ours", "2")), Cancelled);
        (await server.ApplyAsAsync("helm", space.ConfigMapPath("a"), space.ConfigMap("a", ("theirs", "3")))).Expect(HttpStatusCode.OK);
        Assert.Equal("2", (await Us.GetAsync(space.ConfigMapPath("a"), Cancelled))!.TextAt("data", "ours"));
    }

    [Fact]
    public async Task An_apply_of_what_is_there_changes_nothing()
    {
        var first = await Us.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{Our}}}"""), Cancelled);
        var second = await Us.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{Our}}}"""), Cancelled);
        Assert.Equal(first.Revision(), second.Revision());
    }

    [Fact]
    public async Task An_entry_without_url_is_rejected_with_its_field()
    {
        var failure = await Assert.ThrowsAsync<BlockedException>(
            () => Us.ApplyAsync(space.PrometheusPath(), space.Prometheus("""{"remoteWrite":[{"name":"x"}]}"""), Cancelled));
        Assert.Equal(Causes.KubernetesRejected, failure.Cause);
        Assert.Contains("remoteWrite[0].url", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_field_is_not_taken_when_it_is_asked_for_strictly()
    {
        var body = space.ConfigMap("a");
        body["unheardOf"] = true;
        var answer = await server.ApplyAsAsync("central-amp", space.ConfigMapPath("a"), body, "force=false&fieldValidation=Strict");
        Assert.True((int)answer.Status is 400 or 422 or 500, answer.Body);
        Assert.Contains("unheardOf", answer.Body, StringComparison.Ordinal);
        Assert.Null(await Us.GetAsync(space.ConfigMapPath("a"), Cancelled));
    }

    [Fact]
    public async Task A_merge_patch_replaces_lists_keeps_the_rest_and_can_be_conditional()
    {
        var before = await space.InstallAsync(space.PrometheusPath(), space.Prometheus($$"""{"replicas":2,"remoteWrite":{{Theirs}}}"""));
        var patch = JsonNode.Parse($$$"""{"metadata":{"resourceVersion":"{{{before.ResourceVersion()}}}"},"spec":{"remoteWrite":{{{Our}}}}}""")!.AsObject();
        var after = await Us.MergePatchAsync(space.PrometheusPath(), patch, Cancelled);
        Assert.Equal(2, after.At("spec", "replicas")!.GetValue<int>());
        Assert.Equal(["central-amp"], after.At("spec", "remoteWrite")!.AsArray().Select(entry => entry.TextAt("name")));
        patch["spec"]!["replicas"] = 3;
        await Assert.ThrowsAsync<TransientException>(() => Us.MergePatchAsync(space.PrometheusPath(), patch, Cancelled));
    }
}
