using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Offboarding;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Offboarding;

/// <summary>Whole offboardings of clusters with other field managers: their fields stay, CentralAmp's are removed.</summary>
public sealed class OffboardingDeliveriesTests : IDisposable
{
    private readonly World world = new();
    private Executions? executions;

    private Executions Run => executions ??= new Executions(world);

    private OutcomeRecord Last => Run.Outcomes[^1];

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task An_entry_that_another_manager_applies_keeps_its_role()
    {
        var cluster = await OnboardedAsync();
        var path = KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, FakeCollectorCluster.Name);
        var entries = cluster.Stack.Prometheus["spec"]!["remoteWrite"]!.DeepClone();
        cluster.Stack.Objects.ForceApply(path, "argocd", new JsonObject { ["spec"] = new JsonObject { ["remoteWrite"] = entries } });
        Assert.Equal("OffboardingEnded", (await Run.OffboardAsync())[^1]);
        Assert.Equal((Outcome.Offboarding, Causes.EntryKeptAtSource, true), (Last.Outcome, Last.Cause, world.IsCut(cluster)));
        Assert.True(ServiceAccountHasRole(cluster));

        cluster.Stack.Objects.Remove(path, "spec", "remoteWrite");
        cluster.Stack.Reconcile();
        await Run.OffboardAsync();
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.Empty(world.RemainingOf(cluster));
    }

    [Fact]
    public async Task A_managed_agent_is_removed_with_its_namespace_and_RBAC_and_the_stack_is_unchanged()
    {
        var cluster = world.Create();
        cluster.Tags[ClusterTags.Delivery] = DeliveryNames.PrometheusAgent;
        var (stack, account) = (cluster.Stack.Prometheus.ToJsonString(), cluster.Stack.ServiceAccount.ToJsonString());
        await Run.OnboardAsync();
        Assert.Equal((Outcome.Verified, true), (Last.Outcome, world.Sends(cluster)));

        await Run.OffboardAsync();
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.Empty(world.RemainingOf(cluster));
        Assert.All(
            [
                KubernetesPath.PrometheusAgent("central-amp", "central-amp"), KubernetesPath.Namespace("central-amp"),
                KubernetesPath.ClusterRole("central-amp-collector"), KubernetesPath.ClusterRoleBinding("central-amp-collector"),
            ],
            path => Assert.Null(cluster.Stack.Objects.Get(path)));
        Assert.Equal((stack, account), (cluster.Stack.Prometheus.ToJsonString(), cluster.Stack.ServiceAccount.ToJsonString()));
    }

    [Fact]
    public async Task A_namespace_of_that_name_with_another_owner_stays()
    {
        var cluster = await OnboardedAsync();
        cluster.Stack.Objects.Create(KubernetesPath.Namespace("central-amp"), "another-owner", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "central-amp" } });
        await Run.OffboardAsync();
        Assert.Equal(Outcome.Offboarded, Last.Outcome);
        Assert.NotNull(cluster.Stack.Objects.Get(KubernetesPath.Namespace("central-amp")));
    }

    [Fact]
    public async Task Values_that_an_operator_merged_keep_the_role_that_their_source_names()
    {
        var cluster = await OnboardedAsync();
        var path = KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, FakeCollectorCluster.Name);
        var account = KubernetesPath.ServiceAccount(FakeCollectorCluster.Namespace, FakeCollectorCluster.Account);
        foreach (var (taken, field) in ((string, string)[])[(path, "spec"), (path, "metadata"), (account, "metadata")])
        {
            cluster.Stack.Objects.ForceApply(taken, "argocd", new JsonObject { [field] = WithoutIdentity(cluster.Stack.Objects.Get(taken)![field]!.DeepClone().AsObject()) });
        }

        await Run.OffboardAsync();
        Assert.Equal((Outcome.Offboarding, Causes.EntryKeptAtSource), (Last.Outcome, Last.Cause));
        Assert.True(ServiceAccountHasRole(cluster));
        Assert.NotEmpty(world.Hub.Roles);
    }

    [Fact]
    public void A_chained_onboarding_that_waits_for_a_merge_has_a_collector_role_already()
    {
        var resolved = new ResolveOffboardingResult
        {
            Next = OffboardingNext.Offboard,
            Sentence = "",
            Reason = OffboardingReason.Manual,
            Presence = ClusterPresence.Living,
            Cluster = Some.Cluster(),
            Described = Some.Described(),
            Registered = new RegisteredTrust { TrustMode = TrustModes.Chained },
        };
        var name = IngestRole.Name(Some.Cluster(), Some.CreatedAt);
        Assert.Equal(
            [$"arn:aws:iam::{Some.HubAccount}:role/central-amp/{name}", $"arn:aws:iam::{Some.MemberAccount}:role/central-amp/{name}"],
            WithdrawalPlan.RolesOf(resolved, Some.Settings));
        Assert.Equal($"arn:aws:iam::{Some.MemberAccount}:role/central-amp/{name}", WithdrawalPlan.TrustOf(resolved, Some.Settings).RoleArn);
    }

    private static JsonObject WithoutIdentity(JsonObject fields)
    {
        foreach (var name in (string[])["name", "namespace", "uid", "resourceVersion", "managedFields"])
        {
            fields.Remove(name);
        }

        return fields;
    }

    private static bool ServiceAccountHasRole(Incarnation cluster) => cluster.Stack.ServiceAccount["metadata"]!["annotations"]?[ManagedNames.ServiceAccountRoleAnnotation] is not null;

    private async Task<Incarnation> OnboardedAsync()
    {
        var cluster = world.Create();
        await Run.OnboardAsync();
        Assert.Equal((Outcome.Verified, null), (Last.Outcome, Last.Cause));
        return cluster;
    }
}
