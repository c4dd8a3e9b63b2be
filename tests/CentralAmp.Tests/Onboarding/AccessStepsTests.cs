using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

/// <summary>The steps of cluster access over a real Kubernetes client and a Kubernetes API with state.</summary>
public sealed class AccessStepsTests : IAsyncLifetime
{
    private static readonly string RolePath = KubernetesPath.ClusterRole("central-amp-read");
    private static readonly string BindingPath = KubernetesPath.ClusterRoleBinding("central-amp-read");
    private static readonly string WriteRolePath = KubernetesPath.Role("monitoring", "central-amp-write");
    private static readonly string WriteBindingPath = KubernetesPath.RoleBinding("monitoring", "central-amp-write");
    private readonly FakeAccessEntries entries = new();
    private readonly FakeClock clock = new(Some.Noon);
    private FakeKubernetes cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private MemberAccounts Members => new(new FakeSts(clock), Some.Settings, clock);

    public async ValueTask InitializeAsync() => cluster = await FakeKubernetes.StartAsync();

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task A_new_cluster_lacks_everything_and_this_step_which_reads_clusters_changes_no_access_entry()
    {
        Assert.Equal(new EnsureClusterAccessResult(Change.Created, RbacAccess.Missing), await EnsureAsync());
        Assert.Empty(entries.Writes);
        Assert.Empty(cluster.Requests);
    }

    [Fact]
    public async Task Until_the_entry_is_effective_the_step_is_repeated()
    {
        await EnsureEntryAsync();
        cluster.AnswerOnce("GET", RolePath, 401, "Unauthorized", "Unauthorized");
        cluster.AnswerOnce("GET", RolePath, 403, "Forbidden", "forbidden");
        var waiting = await Assert.ThrowsAsync<NotReadyException>(EnsureAsync);
        Assert.Equal(Causes.KubernetesUnauthorized, waiting.Cause);
        Assert.Equal(new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Missing), await EnsureAsync());
    }

    [Fact]
    public async Task Once_installed_reading_is_allowed_and_a_second_run_writes_nothing()
    {
        await EnsureEntryAsync();
        Assert.Equal(Change.Created, await InstallAsync());
        Assert.Equal([$"PATCH {RolePath}?fieldManager=central-amp&force=false", $"PATCH {BindingPath}?fieldManager=central-amp&force=false"], cluster.Writes);
        Assert.Equal(new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Allowed), await EnsureAsync());
        Assert.Equal(Change.Unchanged, await InstallAsync());
        Assert.Equal(2, cluster.Writes.Count());
    }

    [Fact]
    public async Task Widened_RBAC_counts_as_missing_and_is_repaired()
    {
        await EnsureEntryAsync();
        await InstallAsync();
        cluster.Objects[BindingPath]["subjects"]!.AsArray().Add(JsonNode.Parse("""{"kind":"Group","name":"system:authenticated"}"""));
        Assert.Equal(RbacAccess.Missing, (await EnsureAsync()).Reading);
        Assert.Equal(Change.Updated, await InstallAsync());
        Assert.Equal(RbacAccess.Allowed, (await EnsureAsync()).Reading);
    }

    [Fact]
    public async Task With_a_plan_the_writing_RBAC_is_installed_too()
    {
        using var kubernetes = await ConnectAsync();
        await InstallAsync();
        Assert.Equal(RbacAccess.Missing, await RbacRules.CheckAsync(kubernetes, RbacRules.Writing(Some.Collector), Cancelled));
        Assert.Equal(Change.Created, await InstallAsync(Plan));
        Assert.True(cluster.Objects.ContainsKey(WriteRolePath) && cluster.Objects.ContainsKey(WriteBindingPath));
        Assert.Equal(RbacAccess.Allowed, await RbacRules.CheckAsync(kubernetes, RbacRules.Writing(Some.Collector), Cancelled));
        Assert.Equal(Change.Unchanged, await InstallAsync(Plan));
    }

    [Fact]
    public async Task Another_pod_of_the_collector_is_added_to_the_writing_RBAC()
    {
        await InstallAsync(Plan);
        Assert.Equal(Change.Updated, await InstallAsync(Plan with { Collector = Some.Collector with { Pods = [.. Some.Collector.Pods, "another-0"] } }));
        Assert.Contains("another-0:9090", cluster.Objects[WriteRolePath].ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, Causes.KubernetesUnauthorized)]
    [InlineData(403, Causes.KubernetesForbidden)]
    public async Task Until_the_elevation_is_effective_the_installation_is_repeated(int status, string cause)
    {
        cluster.AnswerOnce("PATCH", RolePath, status, "x", "x");
        Assert.Equal(cause, (await Assert.ThrowsAsync<NotReadyException>(() => InstallAsync())).Cause);
        Assert.Equal(Change.Created, await InstallAsync());
    }

    [Fact]
    public async Task An_interrupted_installation_is_completed()
    {
        cluster.CloseOnce("PATCH", BindingPath);
        await Assert.ThrowsAsync<TransientException>(() => InstallAsync());
        Assert.Equal(Change.Created, await InstallAsync());
        Assert.Equal(3, cluster.Writes.Count());
    }

    [Fact]
    public async Task A_role_of_that_name_that_CentralAmp_does_not_manage_stays_unchanged()
    {
        cluster.Objects[RolePath] = JsonNode.Parse("""{"kind":"ClusterRole","metadata":{"name":"central-amp-read"},"rules":[]}""")!.AsObject();
        var before = cluster.Objects[RolePath].ToJsonString();
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => InstallAsync());
        Assert.Equal(Causes.KubernetesConflict, blocked.Cause);
        Assert.Equal(before, cluster.Objects[RolePath].ToJsonString());
    }

    [Fact]
    public async Task A_config_map_cluster_is_blocked_before_anything_is_done()
    {
        var blocked = await Assert.ThrowsAsync<BlockedException>(
            () => EnsureAsync(cluster.Described with { AuthenticationMode = "CONFIG_MAP" }));
        Assert.Equal(Causes.AuthenticationModeConfigMap, blocked.Cause);
        Assert.Empty(entries.Calls);
        Assert.Empty(cluster.Requests);
    }

    [Fact]
    public async Task Drifted_groups_lead_to_an_elevation()
    {
        await EnsureEntryAsync();
        entries.Entry = entries.Entry! with { KubernetesGroups = [] };
        Assert.Equal(new EnsureClusterAccessResult(Change.Updated, RbacAccess.Missing), await EnsureAsync());
    }

    private static OnboardingPlan Plan { get; } = new()
    {
        Next = PlanNext.Deliver,
        Sentence = "x",
        WorkspaceArn = Some.WorkspaceArn,
        WorkspaceEndpoint = "https://x/",
        IngestRoleName = "central-amp-shop-01234567",
        ClusterLabel = "shop.us-east-1.222222222222",
        Collector = Some.Collector,
    };

    private async Task EnsureEntryAsync() => await entries.CreateAsync(Some.Cluster(), Some.Execution(), Cancelled);

    private Task<EnsureClusterAccessResult> EnsureAsync() => EnsureAsync(cluster.Described);

    private Task<EnsureClusterAccessResult> EnsureAsync(ClusterDescription described) =>
        new EnsureClusterAccessStep(entries, Clients, NullLogger<EnsureClusterAccessStep>.Instance)
            .RunAsync(new(Some.Execution(), Some.Cluster(), described), Cancelled);

    private async Task<Change> InstallAsync(OnboardingPlan? plan = null) =>
        (await new InstallRbacStep(Clients, Some.Registry(), NullLogger<InstallRbacStep>.Instance)
            .RunAsync(new(Some.Execution(), Some.Cluster(), cluster.Described, plan), Cancelled)).Change;

    private KubernetesClients Clients => new(Members, clock);

    private Task<IKubernetes> ConnectAsync() => Clients.ConnectAsync(Some.Cluster(), cluster.Described, Some.Execution(), Cancelled);
}
