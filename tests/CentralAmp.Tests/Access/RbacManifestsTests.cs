using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Access;

public sealed class RbacManifestsTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, IndentSize = 2 };

    public static TheoryData<string, string> Manifests => new()
    {
        { "read-role", Text(RbacManifests.ReadRole()) },
        { "read-binding", Text(RbacManifests.ReadBinding()) },
        { "write-role", Text(RbacManifests.WriteRole(Some.Collector)) },
        { "own-write-role", Text(RbacManifests.ManagedWriteRole()) },
        { "prove-role", Text(RbacManifests.ProveRole(Some.Collector)) },
        { "write-binding", Text(RbacManifests.WriteBinding(Some.Collector.Namespace)) },
    };

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Rendered_RBAC_equals_the_reviewed_files(string name, string rendered) =>
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Access", $"{name}.golden.json")), rendered + "\n");

    [Fact]
    public void The_read_role_never_includes_Secrets_ConfigMaps_or_wildcards()
    {
        var rules = RbacManifests.ReadRole()["rules"]!.AsArray();
        Assert.All(rules, rule =>
        {
            Assert.DoesNotContain("secrets", Texts(rule!["resources"]));
            Assert.DoesNotContain("configmaps", Texts(rule["resources"]));
            Assert.DoesNotContain("*", Texts(rule["resources"]).Concat(Texts(rule["verbs"])).Concat(Texts(rule["apiGroups"])));
            Assert.All(Texts(rule["verbs"]), verb => Assert.True(verb is "get" or "list"));
        });
    }

    [Fact]
    public void Every_rule_of_the_write_role_names_its_objects() => Assert.All(
        RbacManifests.WriteRole(Some.Collector)["rules"]!.AsArray(), rule => Assert.NotEmpty(Texts(rule!["resourceNames"])));

    [Fact]
    public void In_CentralAmps_namespace_only_create_and_events_have_no_resource_names() => Assert.All(
        RbacManifests.ManagedWriteRole()["rules"]!.AsArray().Where(rule => rule!["resourceNames"] is null),
        rule => Assert.True(Texts(rule!["verbs"]).SequenceEqual(["create"]) || Texts(rule["resources"]).SequenceEqual(["events"])));

    [Fact]
    public void Two_collectors_of_one_namespace_share_a_role()
    {
        var rules = RbacManifests.WriteRole(Some.Collector, Some.Collector with { Name = "another" })["rules"]!.AsArray();
        Assert.Equal(["another", "kube-prometheus-stack-prometheus"], Texts(rules[0]!["resourceNames"]));
    }

    [Fact]
    public void Fields_of_the_server_and_another_order_make_no_difference()
    {
        var observed = RbacManifests.ReadRole();
        observed["metadata"]!["uid"] = "1";
        observed["metadata"]!["managedFields"] = new JsonArray();
        observed["rules"] = new JsonArray([.. observed["rules"]!.AsArray().Reverse().Select(rule => rule!.DeepClone())]);
        observed["rules"]![5]!["verbs"] = new JsonArray("list", "get");
        Assert.True(RbacComparison.IsSame(RbacManifests.ReadRole(), observed));
    }

    public static TheoryData<string, Action<JsonObject>> Differences => new()
    {
        { "a rule less", role => role["rules"]!.AsArray().RemoveAt(0) },
        { "a rule more", role => role["rules"]!.AsArray().Add(JsonNode.Parse("""{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}""")) },
        { "a verb more", role => role["rules"]![0]!["verbs"]!.AsArray().Add("patch") },
        { "names removed", role => role["rules"]![4]!.AsObject().Remove("resourceNames") },
        { "aggregation", role => role["aggregationRule"] = new JsonObject() },
        { "label removed", role => role["metadata"]!.AsObject().Remove("labels") },
        { "no rules", role => role.Remove("rules") },
        { "malformed rules", role => role["rules"] = "everything" },
    };

    [Theory]
    [MemberData(nameof(Differences), DisableDiscoveryEnumeration = true)]
    public void A_real_difference_is_detected(string name, Action<JsonObject> change)
    {
        var observed = RbacManifests.ReadRole();
        change(observed);
        Assert.False(RbacComparison.IsSame(RbacManifests.ReadRole(), observed), name);
    }

    [Fact]
    public void Another_subject_or_role_of_a_binding_is_detected()
    {
        var widened = RbacManifests.ReadBinding();
        widened["subjects"]!.AsArray().Add(JsonNode.Parse("""{"kind":"Group","name":"system:authenticated"}"""));
        Assert.False(RbacComparison.IsSame(RbacManifests.ReadBinding(), widened));

        var raised = RbacManifests.ReadBinding();
        raised["roleRef"]!["name"] = "cluster-admin";
        Assert.False(RbacComparison.IsSame(RbacManifests.ReadBinding(), raised));
    }

    private static string Text(JsonObject manifest) => manifest.ToJsonString(Readable);

    private static IEnumerable<string> Texts(JsonNode? node) => (node as JsonArray)?.Select(item => item!.GetValue<string>()) ?? [];
}
