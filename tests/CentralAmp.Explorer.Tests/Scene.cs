using System.Net;
using System.Text;
using Amazon.Runtime;
using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Sweep;
using CentralAmp.Tests.Offboarding;
using CentralAmp.Tests.Support;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Explorer.Tests;

/// <summary>One cluster in two accounts with two workspaces, the state machines of its executions, and the sweep.</summary>
internal sealed class Scene : IDisposable
{
    public const string RouteTag = "environment";
    public const string OtherWorkspace = "arn:aws:aps:us-east-1:111111111111:workspace/ws-99998888-3333-4444-5555-666677778888";

    private static readonly HubSettings Settings = Some.Settings with
    {
        Routes = RouteTable.Parse(
            $$$"""[{"name":"production","workspaceArn":"{{{OtherWorkspace}}}","tags":{"{{{RouteTag}}}":"production"}}]""", Some.HubAccount, [OtherWorkspace]),
    };

    private readonly FakeFleetRegistry fleet;
    private readonly HttpClient http;
    private readonly ClusterInspector inspector;
    private string lastSweep = "";
    private int sweeps;

    public Scene()
    {
        World = new World(Settings);
        Executions = new Executions(World);
        fleet = new FakeFleetRegistry(World.Clock);
        http = new HttpClient(new Workspace(this));
        inspector = new ClusterInspector(
            fleet,
            World,
            World,
            new RecentWorkspaces(World, World.Clock),
            World,
            World,
            new FakePodIdentities(),
            new IngestReader(new WorkspaceDataPlane(http, World.Clock), () => Task.FromResult(new ImmutableCredentials("AKIAEXAMPLE", "secret", null))),
            Settings,
            World.Clock);
    }

    public World World { get; }

    public Executions Executions { get; }

    /// <summary>The workspace to which the living cluster is routed.</summary>
    public string Routed => World.Current?.Tags.GetValueOrDefault(RouteTag) == "production" ? OtherWorkspace : Settings.WorkspaceArn;

    /// <summary>The last sweep did not find a cluster for the first time: the next one will say that it is gone.</summary>
    public bool IsAnyMissing => fleet.Items.Any(item => item.MissingSweep == lastSweep && !item.Item.IsDone);

    /// <summary>One sweep over the cluster and its predecessors, with the executions that it starts.</summary>
    /// <returns>What it started.</returns>
    public async Task<IReadOnlyList<string>> SweepAsync()
    {
        var sweep = new SweepReference($"sweep-{++sweeps}", World.Clock.GetUtcNow(), lastSweep);
        lastSweep = sweep.Id;
        foreach (var item in await World.Registry.OfClusterAsync(World.Cluster.Arn, CancellationToken.None))
        {
            fleet.Put((fleet[item.ClusterArn, item.CreatedAt] ?? new FleetItem(item)) with { Item = item });
        }

        var execution = new ExecutionReference($"arn:aws:states:us-east-1:{Some.HubAccount}:execution:sweep:{sweeps}", World.Clock.GetUtcNow());
        var step = new InspectClusterStep(inspector, fleet, NullLogger<InspectClusterStep>.Instance);
        if (World.Current is not null)
        {
            await step.RunAsync(new InspectClusterRequest(execution, sweep, World.Cluster.Arn), CancellationToken.None);
        }

        foreach (var item in fleet.Items.Where(item => item is { IsPlaceholder: false, Item.IsDone: false } && item.Item.CreatedAt != World.Current?.CreatedAt).ToList())
        {
            await step.RunAsync(new InspectClusterRequest(execution, sweep, World.Cluster.Arn, item.Item.CreatedAt), CancellationToken.None);
        }

        var starts = fleet.Items.Select(item => StartDecider.Decide(item, sweep)).OfType<SweepStart>().ToList();
        foreach (var start in starts)
        {
            await RunAsync(start);
        }

        return [.. starts.Select(start => $"{start.Workflow} {start.CreatedAt} ({fleet[start.ClusterArn, start.CreatedAt]?.Finding}: {fleet[start.ClusterArn, start.CreatedAt]?.Cause})")];
    }

    public void Dispose()
    {
        http.Dispose();
        World.Dispose();
    }

    private Task RunAsync(SweepStart start) => start.Workflow switch
    {
        SweepWorkflow.Onboard => Executions.OnboardAsync(),
        SweepWorkflow.Offboard => Executions.OffboardAsync($$"""{"clusterArn":"{{start.ClusterArn}}","createdAt":{{start.CreatedAt}},"reason":"{{start.Reason}}"}"""),
        // The grant for a former workspace does not keep a cluster from being as it is to be.
        _ => Task.CompletedTask,
    };

    /// <summary>Has samples of the cluster if its collector may write to the workspace of its route.</summary>
    private sealed class Workspace(Scene scene) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var world = scene.World;
            var newest = world.Current is { } living && world.SendsToAny(living, [Settings.WorkspaceArn, OtherWorkspace]) ? world.Clock.GetUtcNow().AddSeconds(-20) : (DateTimeOffset?)null;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Answer(newest), Encoding.UTF8, "application/json") });
        }

        private static string Answer(DateTimeOffset? newest) => newest is { } at
            ? $$$"""{"status":"success","data":{"resultType":"vector","result":[{"metric":{"central_amp":"newest"},"value":[0,"{{{at.ToUnixTimeSeconds()}}}"]},{"metric":{"central_amp":"series"},"value":[0,"1234"]}]}}"""
            : """{"status":"success","data":{"resultType":"vector","result":[]}}""";
    }
}
