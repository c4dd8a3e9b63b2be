using System.Net;
using Amazon.PrometheusService;
using Amazon.PrometheusService.Model;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

public sealed class PlanOnboardingStepTests(MotoServer moto) : IAsyncLifetime
{
    private readonly FakeCollectorCluster cluster = new();
    private readonly FakeTrustStores accounts = new();
    private readonly HubSettings settings = Some.Settings with { ProviderThreshold = 5 };
    private readonly FakePodIdentities podIdentities = new();
    private string trustMode = TrustModes.Direct;
    private RegistryTable table = null!;
    private string workspaceArn = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        table = await RegistryTable.CreateAsync(moto);
        using var amp = await AmpAsync("eu-west-1");
        workspaceArn = (await amp.CreateWorkspaceAsync(new CreateWorkspaceRequest { Alias = "central" }, Cancelled)).Arn;
    }

    public ValueTask DisposeAsync()
    {
        table.Dispose();
        cluster.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_plan_has_the_address_of_a_workspace_in_another_region()
    {
        var plan = await PlanAsync();
        Assert.Equal((PlanNext.Deliver, workspaceArn), (plan.Next, plan.WorkspaceArn));
        Assert.Equal($"https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/{Workspace.IdOf(workspaceArn)}/", plan.WorkspaceEndpoint);
        Assert.Null(await ItemAsync());
    }

    [Fact]
    public async Task A_route_with_trust_mode_chained_makes_the_collector_role_the_identity()
    {
        trustMode = TrustModes.Chained;
        var plan = await PlanAsync();
        Assert.Equal("chained", plan.TrustMode);
        Assert.Contains($"arn:aws:iam::222222222222:role/central-amp/{plan.IngestRoleName}, which assumes arn:aws:iam::111111111111:role/", plan.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, accounts.Hub.Lists);
    }

    [Theory]
    [InlineData(4, "direct")]
    [InlineData(5, "chained")]
    public async Task Auto_counts_the_providers_of_the_hub(int providers, string mode)
    {
        (trustMode, accounts.Hub.OtherProviders) = (TrustModes.Auto, providers);
        Assert.Equal(mode, (await PlanAsync()).TrustMode);
        Assert.Equal(1, accounts.Hub.Lists);
    }

    [Fact]
    public async Task Auto_stays_direct_where_the_issuer_is_registered_already()
    {
        (trustMode, accounts.Hub.OtherProviders) = (TrustModes.Auto, 5);
        accounts.Hub.Provider = new ObservedProvider([], new Dictionary<string, string>());
        accounts.Hub.ProviderArn = ClusterTrust.ProviderArn(Some.Cluster(), Some.HubAccount, Some.Observed.Issuer!);
        Assert.Equal("direct", (await PlanAsync()).TrustMode);
    }

    [Fact]
    public async Task A_cluster_that_has_a_role_keeps_its_mode_and_nothing_is_counted()
    {
        trustMode = TrustModes.Auto;
        await table.Registry.RecordAsync(
            new RegistryItem { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Verified, RoleArn = "arn:role", TrustMode = "chained" },
            Some.Execution(), Cancelled);
        Assert.Equal("chained", (await PlanAsync()).TrustMode);
        Assert.Equal(0, accounts.Hub.Lists);
    }

    [Fact]
    public async Task A_parked_cluster_is_recorded_in_the_registry()
    {
        cluster.Objects.Delete(KubernetesPath.Prometheus("monitoring", "stack"));
        var plan = await PlanAsync();
        Assert.Equal((PlanNext.Park, 60), (plan.Next, plan.WaitSeconds));
        var item = await ItemAsync();
        Assert.Equal((Outcome.Parked, Causes.NoCollectorYet, plan.Sentence), (item!.State, item.Cause, item.Sentence));
    }

    [Fact]
    public async Task A_cluster_that_waits_during_a_move_stays_registered_with_its_current_workspace()
    {
        const string Sends = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-before";
        await table.Registry.RecordAsync(
            new RegistryItem { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Verified, WorkspaceArn = Sends },
            Some.Execution(), Cancelled);
        cluster.Objects.Delete(KubernetesPath.Prometheus("monitoring", "stack"));
        Assert.NotEqual(Sends, (await PlanAsync()).WorkspaceArn);
        var item = await ItemAsync();
        Assert.Equal((Outcome.Parked, Sends), (item!.State, item.WorkspaceArn));
    }

    [Fact]
    public async Task A_dry_run_of_a_cluster_without_a_collector_writes_nothing()
    {
        cluster.Objects.Delete(KubernetesPath.Prometheus("monitoring", "stack"));
        Assert.Equal(PlanStop.DryRun, (await PlanAsync(dryRun: true)).Stop);
        Assert.Null(await ItemAsync());
    }

    [Fact]
    public async Task A_refusal_ends_the_step_with_its_cause()
    {
        cluster.HasAgentCrd = false;
        cluster.Objects.Remove(KubernetesPath.Prometheus("monitoring", "stack"), "spec", "storage");
        Assert.Equal(Causes.StorageNotPersistent, (await Assert.ThrowsAsync<BlockedException>(() => PlanAsync())).Cause);
    }

    [Fact]
    public async Task A_missing_workspace_is_blocked()
    {
        workspaceArn = "arn:aws:aps:eu-west-1:123456789012:workspace/ws-00000000-0000-0000-0000-000000000000";
        Assert.Equal(Causes.WorkspaceNotFound, (await Assert.ThrowsAsync<BlockedException>(() => PlanAsync())).Cause);
    }

    [Theory]
    [InlineData("""{"workspace":{"workspaceId":"ws-1","arn":"a","status":{"statusCode":"DELETING"},"prometheusEndpoint":"https://x/"}}""", typeof(BlockedException), Causes.WorkspaceNotFound)]
    [InlineData("""{"workspace":{"workspaceId":"ws-1","arn":"a","status":{"statusCode":"CREATING"}}}""", typeof(NotReadyException), Causes.WorkspaceUnavailable)]
    public async Task A_workspace_that_is_not_active_is_not_written_to(string answer, Type kind, string cause)
    {
        await using var server = await AnsweringServer.StartAsync();
        server.Always = (HttpStatusCode.OK, "application/json", answer);
        using var amp = new AmazonPrometheusServiceClient(
            MotoServer.Credentials, new AmazonPrometheusServiceConfig { ServiceURL = server.Address, AuthenticationRegion = "eu-west-1", MaxErrorRetry = 0 });
        var failure = await Assert.ThrowsAnyAsync<WorkflowException>(() => new AmpWorkspaces(_ => amp).FindAsync(workspaceArn, Cancelled));
        Assert.Equal((kind, cause), (failure.GetType(), failure.Cause));
    }

    private async Task<OnboardingPlan> PlanAsync(bool dryRun = false)
    {
        using var amp = await AmpAsync(Workspace.RegionOf(workspaceArn));
        var step = new PlanOnboardingStep(
            new AmpWorkspaces(_ => amp), cluster, accounts, podIdentities, table.Registry, settings, table.Clock, NullLogger<PlanOnboardingStep>.Instance);
        var described = Some.Described() with { WorkspaceArn = workspaceArn, TrustMode = trustMode };
        return await step.RunAsync(new PlanOnboardingRequest(Some.Execution(), Some.Cluster(), described, dryRun), Cancelled);
    }

    private async Task<AmazonPrometheusServiceClient> AmpAsync(string region) =>
        new(MotoServer.Credentials, await moto.ConfigureAsync(new AmazonPrometheusServiceConfig(), region));

    private Task<RegistryItem?> ItemAsync() => table.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, Cancelled);
}
