using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>The properties of server-side apply that delivery relies on.</summary>
public sealed class ServerSideApplyTests(ContractServer server) : IAsyncLifetime
{
    private const string ForeignEntry = """[{"name":"foreign","url":"https://foreign.example"}]""";
    private const string ManagedEntry = """[{"name":"central-amp","url":"https://managed.example"}]""";
    private ContractNamespace space = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IKubernetes Client => server.Administrator;

    public async ValueTask InitializeAsync() => space = await server.NewNamespaceAsync();

    public ValueTask DisposeAsync() => space.DisposeAsync();

    [Fact]
    public async Task A_missing_object_is_created_and_owned_by_its_manager()
    {
        var created = await Client.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a", ("key", "value")), Cancelled);
        Assert.Equal("value", created.TextAt("data", "key"));
        Assert.NotEmpty(created.Uid());
        Assert.Equal(["central-amp Apply"], created.Managers());
    }

    [Fact]
    public async Task With_a_uid_in_the_body_nothing_is_created()
    {
        var body = space.ConfigMap("a");
        body["metadata"]!["uid"] = Guid.NewGuid().ToString();
        var failure = await Assert.ThrowsAsync<TransientException>(() => Client.ApplyAsync(space.ConfigMapPath("a"), body, Cancelled));
        Assert.False(Assert.IsType<KubernetesException>(failure.InnerException).IsManagerConflict);
        Assert.Null(await Client.GetAsync(space.ConfigMapPath("a"), Cancelled));
    }

    [Fact]
    public async Task The_uid_of_another_object_of_that_name_is_a_conflict()
    {
        var created = await Client.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled);
        Assert.True(await Client.DeleteAsync(space.ConfigMapPath("a"), created.Uid(), Cancelled));
        await Client.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled);
        var body = space.ConfigMap("a", ("key", "value"));
        body["metadata"]!["uid"] = created.Uid();
        await Assert.ThrowsAsync<TransientException>(() => Client.ApplyAsync(space.ConfigMapPath("a"), body, Cancelled));
    }

    [Fact]
    public async Task A_stale_resourceVersion_is_a_conflict_that_names_no_field()
    {
        var stale = (await Client.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled)).ResourceVersion();
        await Client.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a", ("key", "1")), Cancelled);
        var body = space.ConfigMap("a", ("key", "2"));
        body["metadata"]!["resourceVersion"] = stale;
        var failure = await Assert.ThrowsAsync<TransientException>(() => Client.ApplyAsync(space.ConfigMapPath("a"), body, Cancelled));
        Assert.Empty(Assert.IsType<KubernetesException>(failure.InnerException).Causes);
    }

    [Fact]
    public async Task A_list_of_another_manager_is_a_conflict_that_names_field_and_manager_and_changes_nothing()
    {
        var before = await space.InstallAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{ForeignEntry}}}"""));
        var failure = await Assert.ThrowsAsync<BlockedException>(
            () => Client.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{ManagedEntry}}}"""), Cancelled));
        var conflict = Assert.IsType<KubernetesException>(failure.InnerException);
        Assert.True(conflict.IsManagerConflict);
        var cause = Assert.Single(conflict.Causes);
        Assert.Equal(".spec.remoteWrite", cause.Field);
        Assert.Contains("helm", cause.Message, StringComparison.Ordinal);
        Assert.Equal(before.Revision(), (await Client.GetAsync(space.PrometheusPath(), Cancelled))!.Revision());
    }

    [Fact]
    public async Task The_list_is_one_field_to_which_a_second_manager_can_add_nothing()
    {
        await space.InstallAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{ForeignEntry}}}"""));
        var both = $"{ForeignEntry[..^1]},{ManagedEntry[1..]}";
        await Assert.ThrowsAsync<BlockedException>(() => Client.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{both}}}"""), Cancelled));
        // Both managers own a field that they set to the same value, and then neither can change it alone.
        var shared = await Client.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{ForeignEntry}}}"""), Cancelled);
        Assert.Superset(new HashSet<string> { "helm Apply", "central-amp Apply" }, shared.Managers().ToHashSet());
        (await server.ApplyAsAsync("helm", space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{both}}}"""))).Expect(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_forced_list_of_another_manager_replaces_the_managed_one()
    {
        await Client.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{ManagedEntry}}}"""), Cancelled);
        var answer = await server.ApplyAsAsync("argocd-controller", space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{ForeignEntry}}}"""), "force=true");
        Assert.Equal(["foreign"], answer.Expect(HttpStatusCode.OK).Json.At("spec", "remoteWrite")!.AsArray().Select(entry => entry.TextAt("name")));
    }

    [Fact]
    public async Task A_field_that_its_only_owner_leaves_out_is_removed_and_the_rest_stays()
    {
        await space.InstallAsync(space.PrometheusPath(), space.Prometheus("""{"replicas":2}"""));
        await Client.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{ManagedEntry}}}"""), Cancelled);
        var remaining = await Client.ApplyAsync(space.PrometheusPath(), space.Prometheus("{}"), Cancelled);
        Assert.Equal(["paused", "replicas"], remaining["spec"]!.AsObject().Select(field => field.Key).Order());
        Assert.Equal(2, remaining["spec"]!["replicas"]!.GetValue<int>());
    }

    [Fact]
    public async Task Each_annotation_has_its_own_owner()
    {
        var foreign = space.ServiceAccount();
        foreign["metadata"]!["annotations"] = new JsonObject { ["foreign"] = "1" };
        await space.InstallAsync(space.ServiceAccountPath(), foreign);

        var managed = space.ServiceAccount();
        managed["metadata"]!["annotations"] = new JsonObject { ["managed"] = "2" };
        var both = await Client.ApplyAsync(space.ServiceAccountPath(), managed, Cancelled);
        Assert.Equal(("1", "2"), (both.TextAt("metadata", "annotations", "foreign"), both.TextAt("metadata", "annotations", "managed")));

        managed["metadata"]!["annotations"] = new JsonObject { ["foreign"] = "3" };
        var failure = await Assert.ThrowsAsync<BlockedException>(() => Client.ApplyAsync(space.ServiceAccountPath(), managed, Cancelled));
        Assert.Equal(".metadata.annotations.foreign", Assert.Single(Assert.IsType<KubernetesException>(failure.InnerException).Causes).Field);

        var remaining = await Client.ApplyAsync(space.ServiceAccountPath(), space.ServiceAccount(), Cancelled);
        Assert.Equal("""{"foreign":"1"}""", remaining.At("metadata", "annotations")!.ToJsonString());
    }

    [Fact]
    public async Task Each_pod_annotation_has_its_own_owner()
    {
        await space.InstallAsync(space.PrometheusPath(), space.Prometheus("""{"podMetadata":{"annotations":{"foreign":"1"}}}"""));
        var both = await Client.ApplyAsync(space.PrometheusPath(), space.Prometheus("""{"podMetadata":{"annotations":{"managed":"2"}}}"""), Cancelled);
        Assert.Equal(2, both.At("spec", "podMetadata", "annotations")!.AsObject().Count);
        var remaining = await Client.ApplyAsync(space.PrometheusPath(), space.Prometheus("{}"), Cancelled);
        Assert.Equal("""{"foreign":"1"}""", remaining.At("spec", "podMetadata", "annotations")!.ToJsonString());
    }

    [Fact]
    public async Task Each_key_of_a_ConfigMap_has_its_own_owner()
    {
        await space.InstallAsync(space.ConfigMapPath("a"), space.ConfigMap("a", ("foreign", "1")));
        await Client.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a", ("managed", "2")), Cancelled);
        (await server.ApplyAsAsync("helm", space.ConfigMapPath("a"), space.ConfigMap("a", ("foreign", "3")))).Expect(HttpStatusCode.OK);
        Assert.Equal("2", (await Client.GetAsync(space.ConfigMapPath("a"), Cancelled))!.TextAt("data", "managed"));
    }

    [Fact]
    public async Task An_apply_of_the_current_state_changes_nothing()
    {
        var first = await Client.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{ManagedEntry}}}"""), Cancelled);
        var second = await Client.ApplyAsync(space.PrometheusPath(), space.Prometheus($$"""{"remoteWrite":{{ManagedEntry}}}"""), Cancelled);
        Assert.Equal(first.Revision(), second.Revision());
    }

    [Fact]
    public async Task An_entry_without_url_is_rejected_with_its_field()
    {
        var failure = await Assert.ThrowsAsync<BlockedException>(
            () => Client.ApplyAsync(space.PrometheusPath(), space.Prometheus("""{"remoteWrite":[{"name":"x"}]}"""), Cancelled));
        Assert.Equal(Causes.KubernetesRejected, failure.Cause);
        Assert.Contains("remoteWrite[0].url", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_field_is_refused_with_strict_validation()
    {
        var body = space.ConfigMap("a");
        body["unknownField"] = true;
        var answer = await server.ApplyAsAsync("central-amp", space.ConfigMapPath("a"), body, "force=false&fieldValidation=Strict");
        Assert.True((int)answer.Status is 400 or 422 or 500, answer.Body);
        Assert.Contains("unknownField", answer.Body, StringComparison.Ordinal);
        Assert.Null(await Client.GetAsync(space.ConfigMapPath("a"), Cancelled));
    }

    [Fact]
    public async Task A_merge_patch_replaces_lists_keeps_the_rest_and_can_be_conditional()
    {
        var before = await space.InstallAsync(space.PrometheusPath(), space.Prometheus($$"""{"replicas":2,"remoteWrite":{{ForeignEntry}}}"""));
        var patch = JsonNode.Parse($$$"""{"metadata":{"resourceVersion":"{{{before.ResourceVersion()}}}"},"spec":{"remoteWrite":{{{ManagedEntry}}}}}""")!.AsObject();
        var after = await Client.MergePatchAsync(space.PrometheusPath(), patch, Cancelled);
        Assert.Equal(2, after.At("spec", "replicas")!.GetValue<int>());
        Assert.Equal(["central-amp"], after.At("spec", "remoteWrite")!.AsArray().Select(entry => entry.TextAt("name")));
        patch["spec"]!["replicas"] = 3;
        await Assert.ThrowsAsync<TransientException>(() => Client.MergePatchAsync(space.PrometheusPath(), patch, Cancelled));
    }
}
