using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>
/// One test for each row of "Server-side apply on spec.remoteWrite" in reference/prometheus.md, which was measured on a
/// real API server.
/// </summary>
public sealed class ServerSideApplyTests : IAsyncLifetime
{
    private const string Path = "/apis/monitoring.coreos.com/v1/namespaces/monitoring/prometheuses/main";
    private const string ManagedEntry = """{"name":"central-amp","url":"https://managed.example/write"}""";
    private const string ForeignEntry = """{"name":"theirs","url":"https://theirs.example/write"}""";
    private const string Jsonpatch = "application/json-patch+json";
    private const string Mergepatch = "application/merge-patch+json";

    private TestCluster test = null!;

    private TwinCluster Cluster => test.Cluster;

    private JsonObject Live => Cluster.Snapshot("Prometheus", "monitoring", "main")!;

    public async ValueTask InitializeAsync()
    {
        test = await TestCluster.StartAsync();
        await test.InstallKindsAsync();
        Cluster.ApplyAs("helm", Body("""{"replicas":2,"version":"v2.53.3","externalLabels":{"team":"a"}}"""));
    }

    public ValueTask DisposeAsync() => test.DisposeAsync();

    [Fact]
    public async Task A_field_without_an_owner_is_applied_and_other_fields_stay()
    {
        await ApplyManagedAsync();

        Assert.Equal(2, Live.NumberAt("spec", "replicas"));
        Assert.Equal(["central-amp"], EntryNames());
        Assert.Equal(["central-amp"], Owners("f:remoteWrite"));
        Assert.Equal(["helm"], Owners("f:replicas"));
    }

    [Theory]
    [InlineData("fieldManager=central-amp")]
    [InlineData("fieldManager=central-amp&dryRun=All")]
    public async Task Another_value_of_a_field_that_another_manager_applied_is_a_conflict_that_names_it(string options)
    {
        Cluster.ApplyAs("helm", Body($$"""{"replicas":2,"version":"v2.53.3","externalLabels":{"team":"a"},"remoteWrite":[{{ForeignEntry}}]}"""));
        var before = Live.ToText();

        var answer = (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{ManagedEntry}}]}"""), options)).Expect(HttpStatusCode.Conflict);

        var cause = Assert.Single(answer.Causes);
        Assert.Equal("FieldManagerConflict", cause.TextAt("reason"));
        Assert.Equal(".spec.remoteWrite", cause.TextAt("field"));
        Assert.Equal("conflict with \"helm\"", cause.TextAt("message"));
        Assert.Equal("Conflict", answer.Reason);
        Assert.Equal(before, Live.ToText());
    }

    [Fact]
    public async Task Another_value_of_a_field_that_another_manager_updated_is_a_conflict_that_names_it()
    {
        Cluster.UpdateAs("kubectl-edit", "Prometheus", "monitoring", "main", item => item["spec"]!["remoteWrite"] = new JsonArray(JsonNode.Parse(ForeignEntry)));

        var answer = (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{ManagedEntry}}]}"""))).Expect(HttpStatusCode.Conflict);

        Assert.StartsWith("conflict with \"kubectl-edit\" using monitoring.coreos.com/v1 at ", Assert.Single(answer.Causes).TextAt("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Force_with_the_managed_entry_alone_removes_all_others_and_makes_CentralAmp_the_only_owner()
    {
        Cluster.ApplyAs("helm", Body($$"""{"replicas":2,"remoteWrite":[{{ForeignEntry}}]}"""));

        (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{ManagedEntry}}]}"""), "fieldManager=central-amp&force=true")).Expect(HttpStatusCode.OK);

        Assert.Equal(["central-amp"], EntryNames());
        Assert.Equal(["central-amp"], Owners("f:remoteWrite"));
    }

    [Fact]
    public async Task The_owners_exact_value_is_shared_and_then_neither_may_change_it()
    {
        Cluster.ApplyAs("helm", Body($$"""{"replicas":2,"remoteWrite":[{{ForeignEntry}}]}"""));

        (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{ForeignEntry}}]}"""))).Expect(HttpStatusCode.OK);

        Assert.Equal(["central-amp", "helm"], Owners("f:remoteWrite").Order(StringComparer.Ordinal));
        (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{ManagedEntry}}]}"""))).Expect(HttpStatusCode.Conflict);
        (await test.ApplyAsync(Path, Text($$"""{"replicas":2,"remoteWrite":[{{ManagedEntry}}]}"""), "fieldManager=helm")).Expect(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_field_that_its_only_owner_no_longer_applies_is_removed()
    {
        await ApplyManagedAsync();

        (await test.ApplyAsync(Path, Text("{}"))).Expect(HttpStatusCode.OK);

        Assert.Null(Live.At("spec", "remoteWrite"));
        Assert.Empty(Owners("f:remoteWrite"));
        Assert.Equal(2, Live.NumberAt("spec", "replicas"));
    }

    [Fact]
    public async Task Force_with_the_whole_list_and_the_current_version_keeps_the_others()
    {
        Cluster.ApplyAs("helm", Body($$"""{"replicas":2,"remoteWrite":[{{ForeignEntry}}]}"""));
        var body = Body($$"""{"remoteWrite":[{{ForeignEntry}},{{ManagedEntry}}]}""");
        body.Metadata()["resourceVersion"] = Live.TextAt("metadata", "resourceVersion");

        (await test.ApplyAsync(Path, body.ToText(), "fieldManager=central-amp&force=true")).Expect(HttpStatusCode.OK);

        Assert.Equal(["theirs", "central-amp"], EntryNames());
    }

    [Fact]
    public async Task A_stale_version_is_a_conflict_without_causes()
    {
        var body = Body($$"""{"remoteWrite":[{{ManagedEntry}}]}""");
        body.Metadata()["resourceVersion"] = "1";

        var answer = (await test.ApplyAsync(Path, body.ToText(), "fieldManager=central-amp&force=true")).Expect(HttpStatusCode.Conflict);

        Assert.Empty(answer.Causes);
        Assert.Contains("the object has been modified", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_json_patch_that_adds_to_the_list_keeps_the_others_and_moves_the_ownership_to_CentralAmp_as_an_update()
    {
        Cluster.ApplyAs("helm", Body($$"""{"replicas":2,"remoteWrite":[{{ForeignEntry}}]}"""));

        (await PatchAsync(Jsonpatch, $$"""[{"op":"add","path":"/spec/remoteWrite/-","value":{{ManagedEntry}}}]""")).Expect(HttpStatusCode.OK);

        Assert.Equal(["theirs", "central-amp"], EntryNames());
        var entry = Assert.Single(Live.ObjectsAt("metadata", "managedFields"), m => m.At("fieldsV1", "f:spec", "f:remoteWrite") is not null);
        Assert.Equal("Update", entry.TextAt("operation"));
        Assert.Equal("central-amp", entry.TextAt("manager"));
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/spec/remoteWrite/-","value":{}}]""")]
    [InlineData("""[{"op":"test","path":"/spec/replicas","value":7}]""")]
    public async Task A_json_patch_without_a_list_or_with_a_failing_test_is_refused_with_a_useless_message(string patch)
    {
        var answer = (await PatchAsync(Jsonpatch, patch)).Expect(HttpStatusCode.UnprocessableEntity);

        Assert.Equal("the server rejected our request due to an error in our request", answer.Message);
    }

    [Fact]
    public async Task A_merge_patch_replaces_the_list_and_a_strategic_one_is_no_media_type_here()
    {
        Cluster.ApplyAs("helm", Body($$"""{"replicas":2,"remoteWrite":[{{ForeignEntry}}]}"""));
        var patch = $$"""{"spec":{"remoteWrite":[{{ManagedEntry}}]} }""";

        (await PatchAsync("application/strategic-merge-patch+json", patch)).Expect(HttpStatusCode.UnsupportedMediaType);
        (await PatchAsync(Mergepatch, patch)).Expect(HttpStatusCode.OK);

        Assert.Equal(["central-amp"], EntryNames());
    }

    [Fact]
    public async Task External_labels_are_granular_and_others_stay()
    {
        (await test.ApplyAsync(Path, Text("""{"externalLabels":{"cluster":"x"}}"""))).Expect(HttpStatusCode.OK);

        Assert.Equal(["cluster", "team"], ((JsonObject)Live.At("spec", "externalLabels")!).Select(l => l.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["helm"], Owners("f:externalLabels", "f:team"));
    }

    [Fact]
    public async Task An_absent_object_is_created_unless_a_uid_says_that_it_should_exist()
    {
        const string other = "/apis/monitoring.coreos.com/v1/namespaces/monitoring/prometheuses/other";
        var body = Body($$"""{"remoteWrite":[{{ManagedEntry}}]}""", "other");
        body.Metadata()["uid"] = "0b6e0c6b-6a5e-4a55-9c1c-0f5ad0c1f5c2";

        (await test.ApplyAsync(other, body.ToText())).Expect(HttpStatusCode.Conflict);
        Assert.Null(Cluster.Snapshot("Prometheus", "monitoring", "other"));

        body.Metadata().Remove("uid");
        body.Metadata()["resourceVersion"] = "1";
        (await test.ApplyAsync(other, body.ToText())).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Patching_is_right_enough_for_what_exists_but_not_for_what_does_not()
    {
        var token = await test.UserWithAsync("""{"apiGroups":["monitoring.coreos.com"],"resources":["prometheuses"],"verbs":["patch"]}""");

        (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{ManagedEntry}}]}"""), token: token)).Expect(HttpStatusCode.OK);
        var answer = (await test.ApplyAsync(Path.Replace("main", "other", StringComparison.Ordinal), Body("{}", "other").ToText(), token: token)).Expect(HttpStatusCode.Forbidden);

        Assert.Contains("cannot create resource", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"central-amp"}""", "spec.remoteWrite[0].url")]
    [InlineData("""{"url":"https://x.example","sigv4":{"region":"us-east-1","externalId":"abc"}}""", "spec.remoteWrite[0].sigv4")]
    public async Task An_entry_that_the_schema_refuses_is_invalid_with_the_path_of_the_field(string entry, string field)
    {
        var answer = (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{entry}}]}"""))).Expect(HttpStatusCode.UnprocessableEntity);

        Assert.Equal(field, Assert.Single(answer.Causes).TextAt("field"));
        Assert.Equal("Invalid", answer.Reason);
    }

    [Fact]
    public async Task Two_ways_to_authenticate_and_duplicate_names_pass_the_schema()
    {
        const string both = """{"url":"https://x.example","sigv4":{"region":"us-east-1"},"basicAuth":{}}""";

        (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{both}}]}"""))).Expect(HttpStatusCode.OK);
        (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{ManagedEntry}},{{ManagedEntry}}]}"""))).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_undeclared_field_in_an_apply_is_an_internal_error()
    {
        var answer = (await test.ApplyAsync(Path, Text("""{"remoteWrites":[]}"""), "fieldManager=central-amp&fieldValidation=Strict")).Expect(HttpStatusCode.InternalServerError);

        Assert.Contains(".spec.remoteWrites: field not declared in schema", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_apply_without_a_field_manager_is_refused() =>
        (await test.ApplyAsync(Path, Text("{}"), "force=true")).Expect(HttpStatusCode.UnprocessableEntity);

    [Fact]
    public async Task The_role_annotation_is_a_key_of_its_own()
    {
        const string account = "/api/v1/namespaces/monitoring/serviceaccounts/main";
        const string annotated = """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"main","annotations":{"eks.amazonaws.com/role-arn":"ROLE"}}}""";
        var helm = (JsonObject)JsonNode.Parse(annotated.Replace("ROLE", "arn:helm", StringComparison.Ordinal))!;
        helm.Metadata()["namespace"] = "monitoring";
        helm.At("metadata", "annotations")!["other"] = "stays";
        Cluster.ApplyAs("helm", helm);

        var answer = (await test.ApplyAsync(account, annotated.Replace("ROLE", "arn:managed", StringComparison.Ordinal))).Expect(HttpStatusCode.Conflict);
        Assert.Equal(".metadata.annotations.eks.amazonaws.com/role-arn", Assert.Single(answer.Causes).TextAt("field"));

        (await test.ApplyAsync(account, annotated.Replace("ROLE", "arn:managed", StringComparison.Ordinal), "fieldManager=central-amp&force=true")).Expect(HttpStatusCode.OK);
        Assert.Equal("stays", Cluster.Snapshot("ServiceAccount", "monitoring", "main").TextAt("metadata", "annotations", "other"));
    }

    [Fact]
    public async Task An_apply_that_changes_nothing_leaves_the_version_alone()
    {
        await ApplyManagedAsync();
        var version = Live.TextAt("metadata", "resourceVersion");

        await ApplyManagedAsync();

        Assert.Equal(version, Live.TextAt("metadata", "resourceVersion"));
    }

    [Fact]
    public async Task A_dry_run_answers_the_result_and_stores_nothing()
    {
        var before = Live.ToText();

        var answer = (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{ManagedEntry}}]}"""), "fieldManager=central-amp&dryRun=All")).Expect(HttpStatusCode.OK);

        Assert.NotNull(answer.Json.At("spec", "remoteWrite"));
        Assert.Equal(before, Live.ToText());
        Assert.DoesNotContain(test.Calls, c => c.Write && c.Action == "patch prometheuses");
    }

    [Fact]
    public async Task The_generation_counts_changes_of_the_specification_only()
    {
        var before = Live.NumberAt("metadata", "generation");
        Cluster.UpdateAs("x", "Prometheus", "monitoring", "main", item => item.Metadata().Child("labels")["a"] = "b");
        Assert.Equal(before, Live.NumberAt("metadata", "generation"));

        await ApplyManagedAsync();

        Assert.Equal(before + 1, Live.NumberAt("metadata", "generation"));
    }

    [Fact]
    public async Task Removing_all_managed_fields_leaves_the_object_as_it_was()
    {
        var before = Specification();
        (await test.ApplyAsync(Path, Text($$"""{"podMetadata":{"annotations":{"central-amp/role":"arn"} },"remoteWrite":[{{ManagedEntry}}]}"""))).Expect(HttpStatusCode.OK);
        Assert.NotEqual(before, Specification());

        var nothing = Body("{}");
        nothing.Remove("spec");
        (await test.ApplyAsync(Path, nothing.ToText())).Expect(HttpStatusCode.OK);

        Assert.Equal(before, Specification());
        Assert.DoesNotContain(Live.ObjectsAt("metadata", "managedFields"), m => m.TextAt("manager") == "central-amp");
    }

    private static JsonObject Body(string spec, string name = "main") => new()
    {
        ["apiVersion"] = "monitoring.coreos.com/v1",
        ["kind"] = "Prometheus",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "monitoring" },
        ["spec"] = JsonNode.Parse(spec),
    };

    private static string Text(string spec) => Body(spec).ToText();

    private string Specification() => Live["spec"]!.ToText();

    private async Task ApplyManagedAsync() => (await test.ApplyAsync(Path, Text($$"""{"remoteWrite":[{{ManagedEntry}}]}"""))).Expect(HttpStatusCode.OK);

    private Task<ApiAnswer> PatchAsync(string contentType, string patch) =>
        test.SendAsync(HttpMethod.Patch, $"{Path}?fieldManager=central-amp", patch, contentType);

    private IEnumerable<string?> EntryNames() => Live.ObjectsAt("spec", "remoteWrite").Select(e => e.TextAt("name"));

    private IEnumerable<string> Owners(params string[] fields) =>
        from entry in Live.ObjectsAt("metadata", "managedFields")
        where entry.At(["fieldsV1", "f:spec", .. fields]) is not null
        select entry.TextAt("manager");
}
