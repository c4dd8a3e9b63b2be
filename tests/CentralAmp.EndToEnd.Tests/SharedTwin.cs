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
/// One twin for all tests; each test uses its own clusters. A run that several tests read happens once, when the first test needs it.
/// </summary>
public sealed class SharedTwin : IAsyncLifetime
{
    private readonly CallRecorder calls = new();
    private readonly Lazy<Task<FirstRun>> first;
    private readonly Lazy<Task<DriftRun>> drift;
    private readonly Lazy<Task<WatchedExecution>> announced;
    private readonly Lazy<Task<StaleElevationRun>> stale;
    private readonly Dictionary<string, Lazy<Task<BrokenRun>>> broken;
    private readonly ConcurrentDictionary<string, Func<string, LambdaFault>> faults = new();
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

    public Workflows Workflows => new(World);

    public async ValueTask InitializeAsync()
    {
        world = await TwinWorld.StartAsync(new WorldOptions(), calls, _ => { }, CancellationToken.None);
        world.Aws.Lambda.Faults = (handler, _, payload) =>
            faults.FirstOrDefault(item => payload.Contains($"cluster/{item.Key}\"", StringComparison.Ordinal)).Value?.Invoke(handler) ?? LambdaFault.None;
    }

    /// <summary>Injects faults into the Lambdas that work for one cluster, by the name of the handler.</summary>
    public void OnInvocation(string clusterName, Func<string, LambdaFault> fault) => faults[clusterName] = fault;

    public async ValueTask DisposeAsync()
    {
        if (world is not null)
            await world.DisposeAsync();
        calls.Dispose();
    }

    /// <summary>A cluster that is ACTIVE and has its collector before its first onboarding; it is onboarded twice.</summary>
    public Task<FirstRun> FirstRunAsync() => first.Value;

    /// <summary>An onboarded cluster whose managed AWS resources an operator then changes; it is onboarded again.</summary>
    public Task<DriftRun> DriftRunAsync() => drift.Value;

    /// <summary>A cluster whose event arrives while it is CREATING, and whose stack is installed even later.</summary>
    public Task<WatchedExecution> EventRunAsync() => announced.Value;

    /// <summary>An onboarded cluster in which an earlier execution left its elevation; it is onboarded again.</summary>
    public Task<StaleElevationRun> StaleElevationRunAsync() => stale.Value;

    /// <summary>A settled cluster that is onboarded with one planted misconfiguration.</summary>
    public Task<BrokenRun> BrokenRunAsync(string name) => broken[name].Value;

    /// <summary>Every run that several tests read.</summary>
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
        var arn = await Workflows.SettledClusterAsync("first", new ClusterBehaviour());
        var before = World.ClusterOf(arn).PodStarts.Count;
        var onboarding = await Workflows.OnboardAsync(arn);
        var rolled = World.ClusterOf(arn).PodStarts.Count - before;

        var position = calls.Position;
        before = World.ClusterOf(arn).PodStarts.Count;
        var again = await Workflows.OnboardAsync(arn);
        var againCalls = calls.Since(position).Where(call => Workflows.IsAbout(call, arn, "first")).ToList();
        return new FirstRun(arn, onboarding, rolled, again, againCalls, World.ClusterOf(arn).PodStarts.Count - before);
    }

    private async Task<DriftRun> RunDriftAsync()
    {
        var arn = await Workflows.SettledClusterAsync("drifting", new ClusterBehaviour());
        var onboarding = await Workflows.OnboardAsync(arn);
        await new Drift(World).ChangeEverythingAsync(arn, (string)onboarding.Record!["roleArn"]!, World.HubAccount);
        return new DriftRun(arn, await Workflows.OnboardAsync(arn), await Workflows.OnboardAsync(arn));
    }

    private async Task<StaleElevationRun> RunStaleElevationAsync()
    {
        var arn = await Workflows.SettledClusterAsync("stale", new ClusterBehaviour());
        await Workflows.OnboardAsync(arn);
        var now = TimeProvider.System.GetUtcNow();
        World.Aws.Eks.Find(arn)!.AccessEntries.Values.Single().Change(
            now, groups => groups, _ => [new AssociatedPolicy(AccessEntry.ClusterAdmin, new JsonObject { ["type"] = "cluster" }, now)]);
        return new StaleElevationRun(arn, await Workflows.OnboardAsync(arn));
    }

    private async Task<WatchedExecution> RunAnnouncedAsync()
    {
        // Long enough that, even on a loaded machine, the execution polls before the cluster is ACTIVE and before the stack is installed.
        var slow = new ClusterBehaviour { ActiveAfter = TimeSpan.FromSeconds(30), OperatorAfter = TimeSpan.FromSeconds(40) };
        await World.CreateClusterAsync("announced", slow, deliveries: 1, CancellationToken.None);
        return await Workflows.WatchAsync(await new ExecutionWatcher(World.Aws, TimeProvider.System).ExecutionOfAsync("announced", TimeSpan.FromSeconds(60), CancellationToken.None));
    }

    private async Task<BrokenRun> RunBrokenAsync(Break planted)
    {
        var name = $"broken-{planted.Name}";
        var behaviour = planted.Behaviour?.Invoke(new ClusterBehaviour()) ?? new ClusterBehaviour();
        if (planted.Tampering is { } tampering)
            await tampering.PlantAsync(World, name, CancellationToken.None);
        var arn = behaviour.EndsFailed ? await Workflows.FailedClusterAsync(name, behaviour) : await Workflows.SettledClusterAsync(name, behaviour);
        var before = Workflows.Fingerprint(arn);
        var execution = await Workflows.OnboardAsync(arn);
        return new BrokenRun(planted, arn, execution, before, Workflows.Fingerprint(arn));
    }
}

/// <param name="AgainCalls">Calls of the second run that concern this cluster.</param>
/// <param name="AgainRolled">Number of pods started during the second run.</param>
public sealed record FirstRun(
    string ClusterArn, WatchedExecution Onboarding, int Rolled, WatchedExecution Again, IReadOnlyList<RecordedCall> AgainCalls, int AgainRolled);

/// <param name="Repair">The run that repaired the drift.</param>
public sealed record DriftRun(string ClusterArn, WatchedExecution Repair, WatchedExecution After);

public sealed record StaleElevationRun(string ClusterArn, WatchedExecution Execution);

public sealed record BrokenRun(Break Planted, string ClusterArn, WatchedExecution Execution, string Before, string After);
