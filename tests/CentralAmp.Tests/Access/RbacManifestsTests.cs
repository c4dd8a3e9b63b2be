using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Kubernetes;
using CentralAmp.Tests.Sweep;
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
    public void The_read_role_never_includes_Secrets_ConfigMaps_pods_or_wildcards()
    {
        var rules = RbacManifests.ReadRole()["rules"]!.AsArray();
        Assert.All(rules, rule =>
        {
            Assert.DoesNotContain("secrets", Texts(rule!["resources"]));
            Assert.DoesNotContain("configmaps", Texts(rule["resources"]));
            Assert.DoesNotContain("pods", Texts(rule["resources"]));
            Assert.DoesNotContain("*", Texts(rule["resources"]).Concat(Texts(rule["verbs"])).Concat(Texts(rule["apiGroups"])));
            Assert.All(Texts(rule["verbs"]), verb => Assert.True(verb is "get" or "list"));
        });
    }

    private static readonly string[] Deliveries = [DeliveryNames.Prometheus, DeliveryNames.PrometheusAgent, DeliveryNames.Agent, DeliveryNames.Values];

    /// <summary>Every delivery, alone and with each delivery that it may replace, from no replica to three, in one or two shards.</summary>
    public static TheoryData<string, string?, int, int> Plans => [..
        from delivery in Deliveries
        from replaced in (string?[])[null, .. Deliveries]
        from replicas in Enumerable.Range(0, 4)
        from shards in (int[])[1, 2]
        select new TheoryDataRow<string, string?, int, int>(delivery, replaced, replicas, shards)];

    [Theory]
    [MemberData(nameof(Plans), DisableDiscoveryEnumeration = true)]
    public void Every_rule_of_every_role_names_its_objects_or_does_not_exist(string delivery, string? replaced, int replicas, int shards)
    {
        var plan = PlanOf(delivery, replaced, replicas, shards);
        var roles = RbacRules.Writing(plan).Where(item => item.Kind == "Role").ToList();
        Assert.NotEmpty(roles);
        Assert.All(roles, role => Assert.All(role.Desired["rules"]!.AsArray(), rule => AssertNamed(role, rule!)));
        var pods = RulesOf(roles, "pods").SelectMany(rule => Texts(rule["resourceNames"])).ToHashSet();
        Assert.All(plan.Collector!.Pods, pod => Assert.Contains(pod, pods));
        Assert.Equal(pods.Select(pod => $"{pod}:9090").Order(), RulesOf(roles, "pods/proxy").SelectMany(rule => Texts(rule["resourceNames"])).Distinct().Order());
    }

    [Theory]
    [InlineData(DeliveryNames.Prometheus)]
    [InlineData(DeliveryNames.Values)]
    public void A_collector_without_replicas_gives_no_right_to_any_pod_of_its_namespace(string delivery)
    {
        var roles = RbacRules.Writing(PlanOf(delivery, null, replicas: 0, shards: 1)).Where(item => item.Kind == "Role" && item.Path.Contains("/monitoring/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(roles);
        Assert.Empty(RulesOf(roles, "pods").Concat(RulesOf(roles, "pods/proxy")));
    }

    [Fact]
    public void A_collector_for_which_an_operator_merges_values_has_its_proof_beside_the_collector_that_it_replaces()
    {
        var role = Assert.Single(RbacRules.Writing(PlanOf(DeliveryNames.Values, DeliveryNames.Prometheus, 1, 1)), item => item.Kind == "Role" && item.Path.Contains("/monitoring/", StringComparison.Ordinal));
        Assert.Equal(["k8s", "replaced"], RulesOf([role], "prometheuses").SelectMany(rule => Texts(rule["resourceNames"])).Order());
        Assert.Equal("replaced", Assert.Single(RulesOf([role], "prometheuses").Where(rule => Texts(rule["verbs"]).Contains("patch")).SelectMany(rule => Texts(rule["resourceNames"]))));
    }

    [Fact]
    public void The_jobs_of_an_operators_agent_are_installed_under_an_elevation_and_no_role_writes_Secrets()
    {
        var objects = RbacRules.Writing(PlanOf(DeliveryNames.PrometheusAgent, null, 1, 1));
        var jobs = Assert.Single(objects, item => item.Kind == "Secret").Desired;
        var altered = jobs.DeepClone().AsObject();
        altered["data"]!["scrape-jobs.yaml"] = "W10=";
        Assert.True(RbacComparison.IsSame(jobs, jobs.DeepClone().AsObject()));
        Assert.False(RbacComparison.IsSame(jobs, altered));
        var right = Assert.Single(RulesOf(objects.Where(item => item.Kind == "Role"), "secrets"));
        Assert.Equal("get central-amp-scrape-jobs", $"{string.Join(",", Texts(right["verbs"]))} {string.Join(",", Texts(right["resourceNames"]))}");
    }

    [Fact]
    public void A_rule_that_is_to_name_objects_does_not_exist_without_names() =>
        Assert.Null(RbacManifest.NamedRule("", ["pods/proxy"], ["get"], []));

    /// <summary>RBAC supports no names for create; events may be listed where only CentralAmp's objects are.</summary>
    private static void AssertNamed(RbacObject role, JsonNode rule)
    {
        if (rule["resourceNames"] is not null)
        {
            Assert.NotEmpty(Texts(rule["resourceNames"]));
            return;
        }

        Assert.Equal("central-amp", role.Desired["metadata"]!["namespace"]!.ToString());
        var right = $"{string.Join(",", Texts(rule["verbs"]))} {string.Join(",", Texts(rule["resources"]))}";
        Assert.Contains(right, (string[])["create prometheusagents", "create statefulsets", "create configmaps", "list events"]);
    }

    private static IEnumerable<JsonNode> RulesOf(IEnumerable<RbacObject> roles, string resource) =>
        roles.SelectMany(role => role.Desired["rules"]!.AsArray()).Where(rule => Texts(rule!["resources"]).Contains(resource)).Select(rule => rule!);

    private static OnboardingPlan PlanOf(string delivery, string? replaced, int replicas, int shards)
    {
        Collector Scaled(string name) => Some.Collector with { Name = name, Replicas = replicas, Shards = shards, Pods = [.. CollectorNames.Pods(name, replicas, shards)] };
        return InspectionScene.PlanOf(Some.Cluster(), DeliveryNames.IsManagedAgent(delivery) ? AgentOf(delivery) : Scaled("k8s"), Some.Settings, Some.CreatedAt) with
        {
            Delivery = delivery,
            RoleArn = "arn:role",
            Replaces = replaced is null ? [] : [new ReplacedDelivery(replaced, DeliveryNames.IsManagedAgent(replaced) ? AgentOf(replaced) : Scaled("replaced"))],
        };
    }

    /// <summary>CentralAmp's agents always have one pod.</summary>
    private static Collector AgentOf(string delivery) => Some.Collector with
    {
        Namespace = AgentNames.Namespace,
        Name = AgentNames.Agent,
        ServiceAccount = AgentNames.ServiceAccount,
        Replicas = 1,
        Pods = [AgentNames.PodOf(delivery == DeliveryNames.Agent ? AgentNames.Agent : AgentNames.OperatorStatefulSet)],
    };

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
        observed["rules"]![4]!["verbs"] = new JsonArray("list", "get");
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
