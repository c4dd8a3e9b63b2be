using System.Net;
using System.Text;
using Amazon.Runtime;
using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Sweep;

/// <summary>One onboarded and verified cluster, and everything that an inspection reads.</summary>
internal sealed class InspectionScene : IClusterReader, IWorkspaces, IDisposable
{
    public static readonly SweepReference Sweep = new("sweep-2", Some.Noon, "sweep-1");

    private readonly SampleHandler samples = new();
    private readonly HttpClient http;
    private readonly InspectClusterStep step;

    /// <param name="delivery">The value of the cluster's tag; the cluster has a Prometheus stack in any case.</param>
    public InspectionScene(HubSettings? settings = null, string delivery = DeliveryNames.Prometheus)
    {
        Settings = settings ?? Some.Settings;
        Registry = new FakeFleetRegistry(Clock);
        http = new HttpClient(samples);
        var inspector = new ClusterInspector(
            Registry,
            this,
            Entries,
            new RecentWorkspaces(this, Clock),
            Stack,
            Trust,
            PodIdentities,
            new IngestReader(new WorkspaceDataPlane(http, Clock), () => Task.FromResult(new ImmutableCredentials("AKIAEXAMPLE", "secret", null))),
            Settings,
            Clock);
        step = new InspectClusterStep(inspector, Registry, NullLogger<InspectClusterStep>.Instance);
        Settle(delivery);
    }

    public HubSettings Settings { get; }

    public FakeClock Clock { get; } = new(Some.Noon);

    public FakeFleetRegistry Registry { get; }

    public FakeAccessEntries Entries { get; } = new();

    public FakeCollectorCluster Stack { get; } = new();

    public FakeTrustStores Trust { get; } = new();

    public FakePodIdentities PodIdentities { get; } = new();

    /// <summary>Null if EKS does not find the cluster.</summary>
    public ObservedCluster? Observed { get; set; } = Some.Observed;

    public Exception? EksFailure { get; set; }

    public Exception? WorkspaceFailure { get; set; }

    /// <summary>Seconds from now; null if the workspace has no samples.</summary>
    public int? NewestSample
    {
        set => samples.Newest = value is { } seconds ? Clock.GetUtcNow().AddSeconds(seconds) : null;
    }

    public ClusterReference Cluster { get; } = Some.Cluster();

    public FleetItem? Known => Registry[Cluster.Arn, Some.CreatedAt];

    /// <summary>The registry item; its default state is Verified.</summary>
    public RegistryItem Item
    {
        get => Known!.Item;
        set => Registry.Put((Known ?? new FleetItem(value)) with { Item = value });
    }

    public int CallsToEks { get; private set; }

    public void MergeValues() => MergedValues.Into(Stack, Item.RoleArn!, WorkspaceOf(Settings.WorkspaceArn), Settings);

    public Task<InspectClusterResult> InspectAsync(SweepReference? sweep = null) => RunAsync(new(Some.Execution("sweep"), sweep ?? Sweep, Cluster.Arn));

    /// <summary>Inspects it as a registered cluster that EKS did not list.</summary>
    public Task<InspectClusterResult> InspectRegisteredAsync(SweepReference? sweep = null, bool accountListed = true) =>
        RunAsync(new(Some.Execution("sweep"), sweep ?? Sweep, Cluster.Arn, Some.CreatedAt, accountListed));

    public Task<InspectClusterResult> RunAsync(InspectClusterRequest request) => step.RunAsync(request, TestContext.Current.CancellationToken);

    public Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        CallsToEks++;
        return EksFailure is null ? Task.FromResult(Observed) : Task.FromException<ObservedCluster?>(EksFailure);
    }

    public Task<Workspace> FindAsync(string arn, CancellationToken cancellationToken) =>
        WorkspaceFailure is null ? Task.FromResult(WorkspaceOf(arn)) : Task.FromException<Workspace>(WorkspaceFailure);

    public void Dispose()
    {
        http.Dispose();
        samples.Dispose();
        Stack.Dispose();
    }

    public static Workspace WorkspaceOf(string arn) => new(arn, $"https://aps-workspaces.us-east-1.amazonaws.com/workspaces/{Workspace.IdOf(arn)}/");

    public static OnboardingPlan PlanOf(ClusterReference cluster, Collector collector, HubSettings settings, long createdAt) => new()
    {
        Next = PlanNext.Deliver,
        Sentence = "",
        WorkspaceArn = settings.WorkspaceArn,
        WorkspaceEndpoint = WorkspaceOf(settings.WorkspaceArn).Endpoint,
        IngestRoleName = IngestRole.Name(cluster, createdAt),
        ClusterLabel = ClusterLabels.Of(cluster).Cluster,
        TrustMode = settings.TrustMode,
        Collector = collector,
        Change = Change.Created,
    };

    /// <summary>Installs RBAC and remote write as the onboarding does.</summary>
    public static async Task DeliverAsync(FakeCollectorCluster stack, ClusterReference cluster, OnboardingPlan plan, ClusterTrust trust, HubSettings settings)
    {
        foreach (var item in (RbacObject[])[.. RbacRules.Reading(), .. RbacRules.Writing(plan)])
        {
            stack.Objects.Put(item.Path, item.Desired);
        }

        var made = new EnsureTrustResult(Change.Created, trust.Assumed.RoleArn, trust.Assumed.ProviderArn!, RbacAccess.Allowed) { IngestRoleArn = trust.Hub.RoleArn };
        await new DeliverRemoteWriteStep(stack, Some.Registry(), settings, new FakeClock(Some.Noon), NullLogger<DeliverRemoteWriteStep>.Instance).RunAsync(
            new DeliverRemoteWriteRequest(Some.Execution(), cluster, Some.Described(), plan, made), CancellationToken.None);
    }

    private void Settle(string delivery)
    {
        var collector = DeliveryNames.IsManagedAgent(delivery) ? AgentCollector.Of(delivery) : Stack.Collector;
        var plan = PlanOf(Cluster, collector, Settings, Some.CreatedAt) with
        {
            Delivery = delivery,
            Monitors = delivery == DeliveryNames.PrometheusAgent ? MonitorSelection.Of(Stack.Prometheus) : null,
        };
        var trust = ClusterTrust.For(Cluster, Some.Described(), plan.PlannedTrust(), Settings);
        Trust.Settle(trust);
        DeliverAsync(Stack, Cluster, plan with { RoleArn = trust.Assumed.RoleArn }, trust, Settings).GetAwaiter().GetResult();
        if (delivery != DeliveryNames.Prometheus)
        {
            Observed = Some.Observed with { Tags = new Dictionary<string, string> { ["central-amp:delivery"] = delivery } };
        }

        Entries.Entry = new("STANDARD", [AccessEntryDecision.Group], new Dictionary<string, string> { [AccessEntryDecision.ClusterTag] = Cluster.Arn });
        NewestSample = -20;
        Item = new RegistryItem
        {
            ClusterArn = Cluster.Arn,
            CreatedAt = Some.CreatedAt,
            State = Outcome.Verified,
            WorkspaceArn = Settings.WorkspaceArn,
            TrustMode = Settings.TrustMode,
            Delivery = delivery,
            RoleArn = trust.Hub.RoleArn,
            ExecutionId = "an execution",
            ExecutionStartedAt = Some.Noon.AddMinutes(-9),
            UpdatedAt = Some.Noon.AddMinutes(-8),
        };
    }

    public static WorkflowException Blocked(string cause) => new BlockedException(cause, "As planned.", "None.");

    private sealed class SampleHandler : HttpMessageHandler
    {
        public DateTimeOffset? Newest { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Samples.Answer(Newest), Encoding.UTF8, "application/json") });
    }
}

/// <summary>A workspace's answer to the query for samples.</summary>
internal static class Samples
{
    public static string Answer(DateTimeOffset? newest) => newest is { } at
        ? $$$"""{"status":"success","data":{"resultType":"vector","result":[{"metric":{"central_amp":"newest"},"value":[0,"{{{at.ToUnixTimeSeconds()}}}"]},{"metric":{"central_amp":"series"},"value":[0,"1234"]}]}}"""
        : """{"status":"success","data":{"resultType":"vector","result":[]}}""";
}
