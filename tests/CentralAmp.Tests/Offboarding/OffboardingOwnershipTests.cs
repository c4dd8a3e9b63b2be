using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;
using CentralAmp.Offboarding;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Offboarding;

/// <summary>Whole offboardings where somebody has set CentralAmp's marks: only what is recorded, or proven by IAM, is touched.</summary>
public sealed class OffboardingOwnershipTests : IDisposable
{
    private static readonly string Theirs = KubernetesPath.Prometheus("team", "theirs");
    private static readonly string TheirAccount = KubernetesPath.ServiceAccount("team", "theirs");
    private static readonly string TheirRole = KubernetesPath.Role("team", RbacManifests.WriteName);

    private World world = new();
    private Executions? executions;

    public static TheoryData<string> Modes => [TrustModes.Direct, TrustModes.Chained];

    private Executions Run => executions ??= new Executions(world);

    private OutcomeRecord Last => Run.Outcomes[^1];

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task Objects_with_CentralAmps_marks_that_it_did_not_record_stay_and_are_named()
    {
        var cluster = await OnboardedAsync();
        var before = Imitate(cluster);
        await Run.OffboardAsync();

        Assert.Equal((Outcome.Offboarded, before), (Last.Outcome, Content(cluster)));
        Assert.Contains("What CentralAmp did not record stays: the role of serviceaccounts team/theirs; roles team/central-amp-write.", Last.Sentence, StringComparison.Ordinal);
        Assert.False(IsManaged(cluster));
        Assert.Empty(world.Hub.Roles);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_cluster_from_before_the_facts_is_offboarded_by_what_its_role_trusts(string mode)
    {
        var cluster = await OnboardedAsync(mode);
        world.ForgetFacts();
        var before = Imitate(cluster);
        await Run.OffboardAsync();
        Assert.Equal((Outcome.Offboarded, before, false), (Last.Outcome, Content(cluster), IsManaged(cluster)));
        Assert.Empty(cluster.Stack.Objects.All("/clusterroles/")!);
    }

    [Theory]
    [InlineData("collector", "collectors")]
    [InlineData("objects")]
    [InlineData("collectors", "objects", "namespaceUid")]
    public async Task A_half_written_item_is_completed_by_what_the_role_trusts(params string[] missing)
    {
        var cluster = await OnboardedAsync();
        world.ForgetFacts(missing);
        var before = Imitate(cluster);
        await Run.OffboardAsync();
        Assert.Equal((Outcome.Offboarded, before, false), (Last.Outcome, Content(cluster), IsManaged(cluster)));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_living_cluster_without_its_registry_item_is_offboarded_by_what_its_role_trusts(string mode)
    {
        var cluster = await OnboardedAsync(mode);
        world.LoseRegistry();
        var before = Imitate(cluster);
        await Run.OffboardAsync();
        Assert.Equal((Outcome.Offboarded, before, false), (Last.Outcome, Content(cluster), IsManaged(cluster)));
    }

    [Fact]
    public async Task An_agent_from_before_the_facts_is_removed_with_its_namespace()
    {
        var cluster = await OnboardedAsync(delivery: DeliveryNames.PrometheusAgent);
        world.ForgetFacts();
        await Run.OffboardAsync();
        Assert.Empty(world.RemainingOf(cluster));
        Assert.Null(cluster.Stack.Objects.Get(KubernetesPath.Namespace("central-amp")));
    }

    [Fact]
    public async Task A_namespace_of_CentralAmp_with_an_object_of_others_stays_without_CentralAmps_objects()
    {
        var cluster = await OnboardedAsync(delivery: DeliveryNames.PrometheusAgent);
        var theirs = KubernetesPath.AllInNamespace("api/v1", "central-amp", "secrets") + "/theirs";
        cluster.Stack.Objects.Create(theirs, "tenant", Named("theirs", "central-amp"));
        await Run.OffboardAsync();

        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.Contains("namespace central-amp, in which others have secrets/theirs", Last.Sentence, StringComparison.Ordinal);
        Assert.NotNull(cluster.Stack.Objects.Get(theirs));
        Assert.NotNull(cluster.Stack.Objects.Get(KubernetesPath.Namespace("central-amp")));
        Assert.Null(cluster.Stack.Objects.Get(KubernetesPath.PrometheusAgent("central-amp", "central-amp")));
        Assert.Null(cluster.Stack.Objects.Get(KubernetesPath.ServiceAccount("central-amp", "central-amp-collector")));
        Assert.Null(cluster.Stack.Objects.Get(KubernetesPath.Secret("central-amp", "central-amp-scrape-jobs")));
        Assert.Empty(world.RemainingOf(cluster));
    }

    [Fact]
    public async Task A_labelled_namespace_that_CentralAmp_did_not_make_stays_with_everything_in_it()
    {
        var cluster = await OnboardedAsync();
        var agent = KubernetesPath.StatefulSet("central-amp", "central-amp-agent");
        cluster.Stack.Objects.Create(KubernetesPath.Namespace("central-amp"), "central-amp", Labelled("central-amp", null));
        cluster.Stack.Objects.Create(agent, "central-amp", Labelled("central-amp-agent", "central-amp"));
        await Run.OffboardAsync();
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.NotNull(cluster.Stack.Objects.Get(KubernetesPath.Namespace("central-amp")));
        Assert.NotNull(cluster.Stack.Objects.Get(agent));
        Assert.Contains("namespace central-amp", Last.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_cannot_hold_up_an_offboarding_by_an_entry_that_names_the_role()
    {
        var cluster = await OnboardedAsync();
        var role = ServiceAccountResource.Read(cluster.Stack.ServiceAccount).RoleArn;
        cluster.Stack.Objects.Create(TheirAccount, "tenant", Annotated(role));
        cluster.Stack.Objects.Create(Theirs, "tenant", JsonNode.Parse(
            """{"metadata":{"name":"theirs","namespace":"team"},"spec":{"serviceAccountName":"theirs","remoteWrite":[{"name":"central-amp","url":"https://elsewhere"}]}}""")!.AsObject());
        await Run.OffboardAsync();
        Assert.Equal((Outcome.Offboarded, null), (Last.Outcome, Last.Cause));
    }

    [Fact]
    public async Task An_onboarding_of_a_cluster_with_a_tenants_imitation_trusts_exactly_the_subject_of_record()
    {
        var cluster = await OnboardedAsync();
        var before = Imitate(cluster);
        await Run.OnboardAsync();
        Assert.Equal((Outcome.Verified, false, before), (Last.Outcome, Last.Changed, Content(cluster)));
        Assert.Equal(["system:serviceaccount:monitoring:stack-prometheus"], SubjectsOf(cluster));

        world.ForgetFacts();
        await Run.OnboardAsync();
        Assert.Equal((Outcome.Verified, false, before), (Last.Outcome, Last.Changed, Content(cluster)));
        Assert.Equal(["system:serviceaccount:monitoring:stack-prometheus"], SubjectsOf(cluster));
        Assert.Equal("stack", (await world.Registry.FindAsync(world.Cluster.Arn, cluster.CreatedAt, TestContext.Current.CancellationToken))!.Facts.Onboarded()!.Name);
    }

    [Fact]
    public async Task A_subject_that_an_earlier_version_added_leaves_the_trust_policy_without_a_roll()
    {
        var cluster = await OnboardedAsync();
        Imitate(cluster);
        world.ForgetFacts();
        var role = world.Hub.Roles[IngestRole.Name(world.Cluster, cluster.CreatedAt)];
        role.AssumeRolePolicyDocument = role.AssumeRolePolicyDocument.Replace(
            "\"system:serviceaccount:monitoring:stack-prometheus\"", "[\"system:serviceaccount:monitoring:stack-prometheus\",\"system:serviceaccount:team:theirs\"]", StringComparison.Ordinal);
        Assert.Equal(2, SubjectsOf(cluster).Count);
        var rolled = cluster.Stack.PodsRolled;

        await Run.OnboardAsync();
        Assert.Equal((Outcome.Verified, rolled), (Last.Outcome, cluster.Stack.PodsRolled));
        Assert.Equal(["system:serviceaccount:monitoring:stack-prometheus"], SubjectsOf(cluster));
    }

    private IReadOnlyList<string> SubjectsOf(Incarnation cluster) => ProvenSubjects.Of(
        world.Hub.Roles[IngestRole.Name(world.Cluster, cluster.CreatedAt)].AssumeRolePolicyDocument,
        ClusterTrust.ProviderArn(world.Cluster, Some.HubAccount, cluster.Issuer),
        cluster.Issuer);

    /// <summary>A tenant sets every mark of CentralAmp in his namespace.</summary>
    private static string Imitate(Incarnation cluster)
    {
        var objects = cluster.Stack.Objects;
        objects.Create(Theirs, ManagedNames.FieldManager, JsonNode.Parse(
            """
            {"metadata":{"name":"theirs","namespace":"team","annotations":{"central-amp/applied":"1"}},
             "spec":{"serviceAccountName":"theirs","podMetadata":{"annotations":{"central-amp/role":"arn:aws:iam::111111111111:role/x"}},"remoteWrite":[{"name":"central-amp","url":"https://elsewhere"}]}}
            """)!.AsObject());
        objects.Create(TheirAccount, ManagedNames.FieldManager, Annotated("arn:aws:iam::111111111111:role/central-amp/theirs"));
        objects.Create(TheirRole, ManagedNames.FieldManager, Labelled(RbacManifests.WriteName, "team"));
        return Content(cluster);
    }

    private static string Content(Incarnation cluster) => string.Join('\n', ((string[])[Theirs, TheirAccount, TheirRole]).Select(path => cluster.Stack.Objects.Get(path)?.ToJsonString()));

    private static bool IsManaged(Incarnation cluster) =>
        !CollectorIdentity.IsUntouched(PrometheusResource.Read(cluster.Stack.Prometheus), ServiceAccountResource.Read(cluster.Stack.ServiceAccount))
        || cluster.Stack.Objects.Get(KubernetesPath.Role(FakeCollectorCluster.Namespace, RbacManifests.WriteName)) is not null;

    private static JsonObject Named(string name, string? @namespace)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        return new JsonObject { ["metadata"] = metadata };
    }

    private static JsonObject Labelled(string name, string? @namespace)
    {
        var item = Named(name, @namespace);
        item["metadata"]!["labels"] = new JsonObject { [ManagedNames.ManagedByLabel] = ManagedNames.ManagedBy };
        return item;
    }

    private static JsonObject Annotated(string role)
    {
        var item = Named("theirs", "team");
        item["metadata"]!["annotations"] = new JsonObject { [ManagedNames.ServiceAccountRoleAnnotation] = role };
        return item;
    }

    private async Task<Incarnation> OnboardedAsync(string mode = TrustModes.Direct, string? delivery = null)
    {
        if (mode != TrustModes.Direct)
        {
            world.Dispose();
            (world, executions) = (new World(Some.Settings with { TrustMode = mode }), null);
        }

        var cluster = world.Create();
        if (delivery is not null)
        {
            cluster.Tags[ClusterTags.Delivery] = delivery;
        }

        await Run.OnboardAsync();
        Assert.Equal((Outcome.Verified, null), (Last.Outcome, Last.Cause));
        return cluster;
    }
}
