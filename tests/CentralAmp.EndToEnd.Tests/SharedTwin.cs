using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CentralAmp.EndToEnd.Tests;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

[assembly: AssemblyFixture(typeof(SharedTwin))]

namespace CentralAmp.EndToEnd.Tests;

/// <summary>
/// One twin for all tests, each with clusters of its own. A run that several tests look at happens once, whoever asks first.
/// </summary>
public sealed class SharedTwin : IAsyncLifetime
{
    private readonly CallRecorder calls = new();
    private readonly Lazy<Task<FirstRun>> first;
    private readonly Lazy<Task<DriftRun>> drift;
    private readonly Lazy<Task<WatchedExecution>> announced;
    private readonly Lazy<Task<StaleElevationRun>> stale;
    private readonly Dictionary<string, Lazy<Task<BrokenRun>>> broken;
    private readonly ConcurrentDictionary<string, Func<string, LambdaFault>> accidents = new();
    private TwinWorld? world;

    public SharedTwin()
    {
        first = new(RunFirstAsync);
        drift = new(RunDriftAsync);
        announced = new(RunAnnouncedAsync);
        stale = new(RunStaleElevationAsync);
        broken = BreakCatalogue.All.ToDictionary(item => item.Name, item => new Lazy<Task<BrokenRun>>(() => RunBrokenAsync(item)));
    }

    public TwinWorld World => world ?? throw new InvalidOperationException("the twin has not started");

    public Road Road => new(World);

    public async ValueTask InitializeAsync()
    {
        world = await TwinWorld.StartAsync(new WorldOptions(), calls, _ => { }, CancellationToken.None);
        world.Aws.Lambda.Accidents = (handler, _, payload) =>
            accidents.FirstOrDefault(item => payload.Contains($"cluster/{item.Key}\"", StringComparison.Ordinal)).Value?.Invoke(handler) ?? LambdaFault.None;
    }

    /// <summary>Accidents of the Lambdas that work for one cluster, by the name of the state.</summary>
    public void OnInvocation(string clusterName, Func<string, LambdaFault> accident) => accidents[clusterName] = accident;

    public async ValueTask DisposeAsync()
    {
        if (world is not null)
            await world.DisposeAsync();
        calls.Dispose();
    }

    /// <summary>A cluster that is ACTIVE, with its collector, when the road first looks; then the road once more.</summary>
    public Task<FirstRun> FirstRunAsync() => first.Value;

    /// <summary>An onboarded cluster, of which someone then changes everything in AWS that is ours; and the road once more.</summary>
    public Task<DriftRun> DriftRunAsync() => drift.Value;

    /// <summary>A cluster that comes by its event while it is CREATING, and whose stack comes later still.</summary>
    public Task<WatchedExecution> EventRunAsync() => announced.Value;

    /// <summary>An onboarded cluster in which an execution that is long gone has left an administrator; and the road once more.</summary>
    public Task<StaleElevationRun> StaleElevationRunAsync() => stale.Value;

    /// <summary>A settled cluster whose road meets one planted misconfiguration.</summary>
    public Task<BrokenRun> BrokenRunAsync(string name) => broken[name].Value;

    /// <summary>Every run that several tests look at.</summary>
    public async Task EveryRunAsync()
    {
        await FirstRunAsync();
        await DriftRunAsync();
        await EventRunAsync();
        await StaleElevationRunAsync();
        foreach (var item in BreakCatalogue.All.Where(item => !WholeAccountBreakTests.Names.Contains(item.Name)))
            await BrokenRunAsync(item.Name);
    }

    private async Task<FirstRun> RunFirstAsync()
    {
        var arn = await Road.SettledClusterAsync("first", new ClusterBehaviour());
        var before = World.ClusterOf(arn).PodStarts.Count;
        var onboarding = await Road.TakeAsync(arn);
        var rolled = World.ClusterOf(arn).PodStarts.Count - before;

        var position = calls.Position;
        before = World.ClusterOf(arn).PodStarts.Count;
        var again = await Road.TakeAsync(arn);
        var own = calls.Since(position).Where(call => Road.IsAbout(call, arn, "first")).ToList();
        return new FirstRun(arn, onboarding, rolled, again, own, World.ClusterOf(arn).PodStarts.Count - before);
    }

    private async Task<DriftRun> RunDriftAsync()
    {
        var arn = await Road.SettledClusterAsync("drifting", new ClusterBehaviour());
        var onboarding = await Road.TakeAsync(arn);
        await new Drift(World).OfEverythingAsync(arn, (string)onboarding.Record!["roleArn"]!, World.HubAccount);
        return new DriftRun(arn, await Road.TakeAsync(arn), await Road.TakeAsync(arn));
    }

    private async Task<StaleElevationRun> RunStaleElevationAsync()
    {
        var arn = await Road.SettledClusterAsync("stale", new ClusterBehaviour());
        await Road.TakeAsync(arn);
        var now = TimeProvider.System.GetUtcNow();
        World.Aws.Eks.Find(arn)!.AccessEntries.Values.Single().Change(
            now, groups => groups, _ => [new AssociatedPolicy(AccessEntry.ClusterAdmin, new JsonObject { ["type"] = "cluster" }, now)]);
        return new StaleElevationRun(arn, await Road.TakeAsync(arn));
    }

    private async Task<WatchedExecution> RunAnnouncedAsync()
    {
        // Long enough for a loaded machine to come and look too early, for the cluster and for the stack.
        var slow = new ClusterBehaviour { ActiveAfter = TimeSpan.FromSeconds(15), OperatorAfter = TimeSpan.FromSeconds(40) };
        await World.CreateClusterAsync("announced", slow, deliveries: 1, CancellationToken.None);
        return await Road.WatchAsync(await new RoadWatcher(World.Aws, TimeProvider.System).ExecutionOfAsync("announced", TimeSpan.FromSeconds(60), CancellationToken.None));
    }

    private async Task<BrokenRun> RunBrokenAsync(Break planted)
    {
        var name = $"broken-{planted.Name}";
        var behaviour = planted.Behaviour?.Invoke(new ClusterBehaviour()) ?? new ClusterBehaviour();
        if (planted.Tampering is { } tampering)
            await tampering.PlantAsync(World, name, CancellationToken.None);
        var arn = behaviour.EndsFailed ? await Road.FailedClusterAsync(name, behaviour) : await Road.SettledClusterAsync(name, behaviour);
        var before = Road.Fingerprint(arn);
        var execution = await Road.TakeAsync(arn);
        return new BrokenRun(planted, arn, execution, before, Road.Fingerprint(arn));
    }
}

/// <param name="AgainCalls">What the second run asked of anybody, this cluster's alone.</param>
/// <param name="AgainRolled">Pods that were started during the second run.</param>
public sealed record FirstRun(
    string ClusterArn, WatchedExecution Onboarding, int Rolled, WatchedExecution Again, IReadOnlyList<RecordedCall> AgainCalls, int AgainRolled);

/// <param name="Repair">The run that found the drift.</param>
public sealed record DriftRun(string ClusterArn, WatchedExecution Repair, WatchedExecution After);

public sealed record StaleElevationRun(string ClusterArn, WatchedExecution Execution);

public sealed record BrokenRun(Break Planted, string ClusterArn, WatchedExecution Execution, string Before, string After);
