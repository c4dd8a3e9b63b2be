using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Offboarding;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Offboarding;

/// <summary>Whole offboardings over a world in memory, run by the deployed state machine: which objects remain, and who owns them.</summary>
public sealed class OffboardingTests : IDisposable
{
    private static readonly HubSettings Chained = Some.Settings with { TrustMode = TrustModes.Chained };
    private static readonly HubSettings HubIsMember = Some.Settings with { HubAccountId = Some.MemberAccount };

    private World world = new();
    private Executions? executions;

    public static TheoryData<string> Modes => [nameof(TrustModes.Direct), nameof(TrustModes.Chained)];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Executions Run => executions ??= new Executions(world);

    private OutcomeRecord Last => Run.Outcomes[^1];

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task A_living_cluster_is_as_it_was_before_onboarding()
    {
        var cluster = await OnboardedAsync();
        await Run.OffboardAsync();

        Assert.Empty(world.RemainingOf(cluster));
        Assert.Equal((Outcome.Offboarded, true), (Last.Outcome, Last.Changed));
        var item = await ItemAsync(cluster);
        Assert.Equal((Outcome.Offboarded, OffboardingReason.Manual, cluster.Issuer), (item.State, item.Reason, item.Issuer));
        Assert.NotNull(item.RoleArn);
    }

    [Fact]
    public async Task A_provider_in_the_account_of_a_living_cluster_stays_until_the_cluster_is_gone()
    {
        foreach (var settings in (HubSettings[])[Chained, HubIsMember])
        {
            var cluster = await OnboardedAsync(settings);
            await Run.OffboardAsync();
            Assert.Contains($"{Some.MemberAccount}:oidc-provider/", Assert.Single(world.RemainingOf(cluster)), StringComparison.Ordinal);
            Assert.Contains("which other workloads of the cluster may use", Last.Sentence, StringComparison.Ordinal);

            world.EndDeletion();
            await Run.OffboardAsync(Executions.Event("DeleteCluster"));
            Assert.Empty(world.RemainingOf(cluster));
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Everything_of_a_deleted_cluster_is_removed_at_once(string mode)
    {
        var cluster = await OnboardedAsync(SettingsOf(mode));
        world.EndDeletion();
        var states = await Run.OffboardAsync(Executions.Event("DeleteCluster"));

        Assert.Equal(["ResolveOffboarding", "WhatIsToBeDone?", "RemoveTrust"], states.Take(3));
        Assert.Empty(world.RemainingOf(cluster));
        var item = await ItemAsync(cluster);
        Assert.Equal((Outcome.Offboarded, OffboardingReason.Deleted), (item.State, item.Reason));
    }

    [Fact]
    public async Task A_cluster_that_is_being_deleted_keeps_everything_until_it_is_gone()
    {
        var cluster = await OnboardedAsync();
        world.BeginDeletion();
        Assert.Contains("WaitForDeletion", await Run.OffboardAsync(Executions.Event("DeleteCluster")));
        Assert.Empty(world.RemainingOf(cluster));
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_living_cluster_that_cannot_be_reached_is_cut_off_and_keeps_its_role(string mode)
    {
        var cluster = await OnboardedAsync(SettingsOf(mode));
        cluster.Reachable = false;
        Assert.Equal("OffboardingEnded", (await Run.OffboardAsync())[^1]);

        Assert.Equal((Outcome.Offboarding, Causes.EndpointUnreachable), (Last.Outcome, Last.Cause));
        Assert.Contains("its role stays", Last.Sentence, StringComparison.Ordinal);
        Assert.True(world.IsCut(cluster));
        Assert.Contains("collector", world.RemainingOf(cluster));
        Assert.Equal(Outcome.Offboarding, (await ItemAsync(cluster)).State);

        // No event onboards it again meanwhile.
        await Run.OnboardAsync(Executions.Event("UpdateClusterConfig"));
        Assert.Equal((Outcome.Offboarded, true), (Last.Outcome, world.IsCut(cluster)));

        cluster.Reachable = true;
        await Run.OffboardAsync();
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.DoesNotContain(world.RemainingOf(cluster), remaining => !remaining.Contains($"{Some.MemberAccount}:oidc-provider", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_described_is_cut_off_for_an_operator_but_not_for_an_event()
    {
        var cluster = await OnboardedAsync();
        world.MemberAnswers = false;
        Assert.Equal("OffboardingBlocked", (await Run.OffboardAsync(Executions.Event("DeleteCluster")))[^1]);
        Assert.Equal(Causes.MemberRoleNotAssumable, Last.Cause);
        Assert.True(world.Sends(cluster));

        Assert.Equal("OffboardingEnded", (await Run.OffboardAsync())[^1]);
        Assert.Equal((Outcome.Offboarding, Causes.MemberRoleNotAssumable, true), (Last.Outcome, Last.Cause, world.IsCut(cluster)));
    }

    [Fact]
    public async Task If_the_account_of_a_deleted_cluster_is_unreachable_the_outcome_stays_Offboarding()
    {
        var cluster = await OnboardedAsync(Chained);
        world.EndDeletion();
        // The account is closed between ResolveOffboarding and RemoveTrust.
        await world.Registry.RecordAsync((await ItemAsync(cluster)) with { Sentence = "as before" }, Some.Execution(), Cancelled);
        var resolved = new ResolveOffboardingResult
        {
            Next = OffboardingNext.Offboard,
            Sentence = "",
            Cluster = world.Cluster,
            Reason = OffboardingReason.Swept,
            Presence = ClusterPresence.Gone,
            Described = new ClusterDescription { Next = ClusterNext.Offboarded, CreatedAt = cluster.CreatedAt },
            Registered = RegisteredTrust.Of(await ItemAsync(cluster)),
        };
        world.MemberAnswers = false;
        var step = new RemoveTrustStep(
            new IamIssuedTrust(world.Hub, world.MemberIamAsync), world.Registry, world.Settings, Microsoft.Extensions.Logging.Abstractions.NullLogger<RemoveTrustStep>.Instance);
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => step.RunAsync(new(Some.Execution(), resolved), Cancelled));
        Assert.Equal(Causes.MemberRoleNotAssumable, blocked.Cause);
        Assert.Equal(3, world.RemainingOf(cluster).Count);
        var decision = OffboardingOutcome.Decide(new RecordOffboardingRequest(Some.Execution())
        {
            Resolved = resolved,
            Failure = new CaughtFailure(nameof(BlockedException), blocked.Message),
        });
        Assert.Equal((Outcome.Offboarding, Causes.MemberRoleNotAssumable), (decision.Outcome, decision.Cause));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Without_the_registry_the_tags_of_the_roles_show_what_to_remove(string mode)
    {
        var cluster = await OnboardedAsync(SettingsOf(mode));
        world.LoseRegistry();
        world.EndDeletion();
        await Run.OffboardAsync($$"""{"clusterArn":"{{world.Cluster.Arn}}","createdAt":{{cluster.CreatedAt}},"reason":"Swept"}""");
        Assert.Empty(world.RemainingOf(cluster));
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
    }

    [Fact]
    public async Task An_unknown_cluster_changes_nothing()
    {
        Assert.Equal("NothingToOffboard", (await Run.OffboardAsync())[^1]);
        Assert.Equal("NothingToOffboard", (await Run.OffboardAsync(Executions.Event("DeleteCluster")))[^1]);
        Assert.Equal(0, world.Writes);
    }

    /// <summary>A call to IAM that was on its way when the offboarding took the claim.</summary>
    [Fact]
    public async Task What_an_onboarding_wrote_after_the_offboarding_is_removed_by_the_next_one()
    {
        var cluster = await OnboardedAsync();
        var roles = world.Hub.Roles.ToDictionary();
        await Run.OffboardAsync();
        world.Hub.Roles[roles.Keys.Single()] = roles.Values.Single();
        var lost = await Assert.ThrowsAsync<BlockedException>(() => world.Registry.ConfirmClaimAsync(world.Cluster, cluster.CreatedAt, Some.Execution("late"), Cancelled));
        Assert.Equal(Causes.TakenOver, lost.Cause);
        Assert.Equal(Some.Execution("late").Id, (await ItemAsync(cluster)).Late);
        await Run.OffboardAsync();
        Assert.Empty(world.RemainingOf(cluster));
        Assert.True((await ItemAsync(cluster)).IsDone);
    }

    /// <summary>Otherwise the next opt-in would onboard a cluster that an operator has offboarded.</summary>
    [Fact]
    public async Task An_opt_out_during_the_offboarding_of_an_operator_ends_as_that_offboarding()
    {
        var cluster = await OnboardedAsync();
        cluster.Reachable = false;
        await Run.OffboardAsync();
        Assert.Equal(Outcome.Offboarding, (await ItemAsync(cluster)).State);
        cluster.Reachable = true;
        cluster.Tags[ClusterTags.Onboard] = "false";
        await Run.OffboardAsync($$"""{"clusterArn":"{{world.Cluster.Arn}}","reason":"OptedOut"}""");
        Assert.Equal(Outcome.Offboarded, (await ItemAsync(cluster)).State);
    }

    [Fact]
    public async Task Offboarding_again_writes_only_the_time_of_the_request()
    {
        await OnboardedAsync();
        await Run.OffboardAsync();
        var writes = world.Writes;
        Assert.Equal("NothingToOffboard", (await Run.OffboardAsync())[^1]);
        Assert.Equal(writes + 1, world.Writes);
    }

    [Theory]
    [InlineData("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","reason":"Swept"}""")]
    [InlineData("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","reason":"OptedOut"}""")]
    [InlineData(null)]
    public async Task A_living_cluster_is_offboarded_only_for_an_operator_or_its_tags(string? input)
    {
        var cluster = await OnboardedAsync();
        Assert.Equal("NothingToOffboard", (await Run.OffboardAsync(input ?? Executions.Event("DeleteCluster")))[^1]);
        Assert.True(world.Sends(cluster));
        Assert.Equal(Outcome.Verified, (await ItemAsync(cluster)).State);
    }

    [Fact]
    public async Task Opting_out_offboards_a_cluster_and_opting_in_onboards_it_again()
    {
        var cluster = await OnboardedAsync();
        cluster.Tags[ClusterTags.Onboard] = "false";
        await Run.OnboardAsync(Tagged());
        Assert.Empty(world.RemainingOf(cluster));
        Assert.Equal((Outcome.OptedOut, true), (Last.Outcome, Last.Changed));
        var item = await ItemAsync(cluster);
        Assert.Equal((Outcome.OptedOut, null, false), (item.State, item.RoleArn, item.MayHaveTraces));

        var writes = world.Hub.Roles.Count + world.Current!.Stack.Writes.Count;
        Assert.DoesNotContain("StartOffboarding", await Run.OnboardAsync(Tagged()));
        Assert.Equal(writes, world.Hub.Roles.Count + world.Current!.Stack.Writes.Count);

        cluster.Tags.Clear();
        await Run.OnboardAsync(Tagged());
        Assert.Equal((Outcome.Verified, true), (Last.Outcome, world.Sends(cluster)));
    }

    [Fact]
    public async Task A_cluster_that_opts_in_again_while_it_is_unreachable_is_onboarded_again()
    {
        var cluster = await OnboardedAsync();
        cluster.Tags[ClusterTags.Onboard] = "false";
        cluster.Reachable = false;
        await Run.OnboardAsync(Tagged());
        Assert.Equal((Outcome.Offboarding, true), (Last.Outcome, world.IsCut(cluster)));

        (cluster.Reachable, cluster.Tags[ClusterTags.Onboard]) = (true, "true");
        await Run.OnboardAsync(Tagged());
        Assert.Equal((Outcome.Verified, true), (Last.Outcome, world.Sends(cluster)));
    }

    [Fact]
    public async Task Only_an_operator_onboards_an_offboarded_cluster_again()
    {
        var cluster = await OnboardedAsync();
        await Run.OffboardAsync();
        await Run.OnboardAsync(Executions.Event("CreateCluster"));
        await Run.OnboardAsync();
        Assert.Equal((Outcome.Offboarded, false), (Last.Outcome, Last.Changed));
        Assert.Empty(world.RemainingOf(cluster));
        Assert.Equal(Outcome.Offboarded, (await ItemAsync(cluster)).State);

        await Run.OnboardAsync($$"""{"clusterArn":"{{world.Cluster.Arn}}","reopen":true}""");
        Assert.Equal((Outcome.Verified, true), (Last.Outcome, world.Sends(cluster)));
    }

    [Fact]
    public async Task Objects_of_other_owners_stay()
    {
        var cluster = await OnboardedAsync();
        var stack = cluster.Stack.Objects;
        cluster.Entries.Entry = cluster.Entries.Entry! with { Tags = new Dictionary<string, string>() };
        stack.Create(KubernetesPath.ClusterRole("central-amp-mine"), "an-operator", Labelled("ClusterRole", "central-amp-mine", @namespace: null));
        stack.Create(KubernetesPath.Role("other", RbacManifests.WriteName), "an-operator", Item("Role", RbacManifests.WriteName, "other"));
        stack.Create(KubernetesPath.ServiceAccount("other", "theirs"), "helm", Annotated("theirs", "other"));
        foreach (var (arn, provider) in world.Hub.Providers.ToList())
        {
            world.Hub.Providers[arn] = provider with { Tags = [] };
        }

        await Run.OffboardAsync();

        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.NotNull(cluster.Entries.Entry);
        Assert.NotNull(stack.Get(KubernetesPath.ClusterRole("central-amp-mine")));
        Assert.NotNull(stack.Get(KubernetesPath.Role("other", RbacManifests.WriteName)));
        Assert.NotNull(stack.Get(KubernetesPath.ServiceAccount("other", "theirs"))!["metadata"]!["annotations"]);
        Assert.Single(world.Hub.Providers);
        Assert.Empty(world.Hub.Roles);
    }

    [Fact]
    public async Task A_role_of_that_name_that_CentralAmp_does_not_manage_stays_unchanged()
    {
        var cluster = world.Create();
        var name = IngestRole.Name(world.Cluster, cluster.CreatedAt);
        world.Hub.Roles[name] = new() { RoleName = name, Arn = "arn:aws:iam::111111111111:role/x", Tags = [new() { Key = TrustTags.ClusterArn, Value = world.Cluster.Arn }] };
        world.Hub.Policies[(name, IngestRole.PolicyName)] = "{}";
        await Run.OffboardAsync();
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.Equal("{}", world.Hub.Policies[(name, IngestRole.PolicyName)]);
    }

    [Fact]
    public async Task A_role_with_foreign_attachments_is_reported_and_denied()
    {
        var cluster = await OnboardedAsync();
        var name = IngestRole.Name(world.Cluster, cluster.CreatedAt);
        world.Hub.Attached.Add(name);
        await Run.OffboardAsync();
        Assert.Equal((Outcome.Offboarding, Causes.RoleForeign), (Last.Outcome, Last.Cause));

        world.Hub.Attached.Clear();
        await Run.OffboardAsync();
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.Empty(world.RemainingOf(cluster));
    }

    private async Task<ExecutionReference> ClaimedAsync(Incarnation cluster)
    {
        Assert.True(await world.Registry.TakeClaimAsync(await ItemAsync(cluster), Some.Execution(), closes: false, Cancelled));
        return Some.Execution();
    }

    [Fact]
    public async Task Managed_objects_of_a_former_collector_are_removed_too()
    {
        var cluster = await OnboardedAsync();
        var stack = cluster.Stack.Objects;
        await world.Registry.AnnounceAsync(
            world.Cluster,
            cluster.CreatedAt,
            new FactsUpdate { Objects = [new("Role", "former/central-amp-write"), new("RoleBinding", "former/central-amp-write"), new("ServiceAccount", "former/remaining")] },
            await ClaimedAsync(cluster),
            Cancelled);
        stack.Create(KubernetesPath.Role("former", RbacManifests.WriteName), "central-amp", Labelled("Role", RbacManifests.WriteName, "former"));
        stack.Create(KubernetesPath.RoleBinding("former", RbacManifests.WriteName), "central-amp", Labelled("RoleBinding", RbacManifests.WriteName, "former"));
        stack.Create(KubernetesPath.ServiceAccount("former", "remaining"), "central-amp", Annotated("remaining", "former"));
        await Run.OffboardAsync();
        Assert.Empty(world.RemainingOf(cluster));
        Assert.Null(stack.Get(KubernetesPath.ServiceAccount("former", "remaining"))!["metadata"]!["annotations"]);
    }

    [Fact]
    public async Task A_service_account_of_two_resources_loses_its_role_last()
    {
        var cluster = await OnboardedAsync();
        // Listed before the managed resource.
        cluster.Stack.Objects.Create(KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, "another"), "helm", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "another", ["namespace"] = FakeCollectorCluster.Namespace },
            ["spec"] = new JsonObject { ["serviceAccountName"] = FakeCollectorCluster.Account },
        });
        await Run.OffboardAsync();
        Assert.Empty(world.RemainingOf(cluster));
    }

    [Fact]
    public async Task A_cluster_without_access_entries_is_offboarded_without_a_connection()
    {
        var cluster = world.Create();
        cluster.AuthenticationMode = "CONFIG_MAP";
        await Run.OnboardAsync();
        Assert.Equal(Causes.AuthenticationModeConfigMap, Last.Cause);
        await Run.OffboardAsync();
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.Empty(cluster.Entries.Writes);
    }

    [Fact]
    public async Task A_deletion_that_never_ends_is_left_to_the_sweep()
    {
        var cluster = await OnboardedAsync();
        world.BeginDeletion();
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        var input = Executions.Event("DeleteCluster");
        executions = new Executions(world) { DeletionEnds = false };
        await Run.OffboardAsync(input);
        Assert.Equal((Outcome.Offboarding, Causes.ClusterDeleting, true), (Last.Outcome, Last.Cause, world.IsCut(cluster)));
    }

    private static HubSettings SettingsOf(string mode) => mode == nameof(TrustModes.Chained) ? Chained : Some.Settings;

    private static string Tagged() => $$$"""
        {"source":"aws.eks","detail-type":"AWS API Call via CloudTrail","account":"{{{Some.MemberAccount}}}","region":"us-east-1",
         "detail":{"eventSource":"eks.amazonaws.com","eventName":"TagResource","requestParameters":{"resourceArn":"{{{Some.Cluster().Arn}}}"} } }
        """;

    private static JsonObject Item(string kind, string name, string? @namespace)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        return new JsonObject { ["kind"] = kind, ["metadata"] = metadata };
    }

    private static JsonObject Labelled(string kind, string name, string? @namespace)
    {
        var item = Item(kind, name, @namespace);
        item["metadata"]!["labels"] = new JsonObject { [ManagedNames.ManagedByLabel] = ManagedNames.ManagedBy };
        return item;
    }

    private static JsonObject Annotated(string name, string @namespace)
    {
        var item = Item("ServiceAccount", name, @namespace);
        item["metadata"]!["annotations"] = new JsonObject { [ManagedNames.ServiceAccountRoleAnnotation] = "arn:aws:iam::111111111111:role/central-amp/former" };
        return item;
    }

    private async Task<Incarnation> OnboardedAsync(HubSettings? settings = null)
    {
        if (settings is not null)
        {
            world.Dispose();
            (world, executions) = (new World(settings), null);
        }

        var cluster = world.Create();
        await Run.OnboardAsync();
        Assert.Equal((Outcome.Verified, null), (Last.Outcome, Last.Cause));
        Assert.True(world.Sends(cluster));
        return cluster;
    }

    private async Task<RegistryItem> ItemAsync(Incarnation cluster) => (await world.Registry.FindAsync(world.Cluster.Arn, cluster.CreatedAt, Cancelled))!;
}
