using System.Collections.Concurrent;
using CentralAmp.EndToEnd.Tests;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

[assembly: AssemblyFixture(typeof(ManagedWorld))]

namespace CentralAmp.EndToEnd.Tests;

/// <summary>
/// A separate twin on the managed program, for two purposes that do not disturb each other: a cluster's whole life, and then the breaks that affect every
/// cluster of an account. It runs once, when the first test needs it.
/// </summary>
public sealed class ManagedWorld
{
    /// <summary>The order matters: onboarding uses the member role before it reads the workspace, so the second break has an effect although the first one persists.</summary>
    internal static readonly string[] Breaks = ["workspace-missing", "member-policy"];

    private readonly Lazy<Task<ManagedRun>> run = new(() => WorldSlots.RunAsync(90, RunWorldAsync));

    public Task<ManagedRun> RunAsync() => run.Value;

    private static async Task<ManagedRun> RunWorldAsync()
    {
        using var calls = new CallRecorder();
        await using var world = await TwinWorld.StartAsync(new WorldOptions { FunctionsProgram = FunctionsProgram.Managed }, calls, _ => { }, CancellationToken.None);
        var invocations = new ConcurrentDictionary<string, int>();
        world.Aws.Lambda.Faults = (handler, _, _) =>
            invocations.AddOrUpdate(handler, 1, (_, count) => count + 1) == 1 && handler == "ProveIngest" ? LambdaFault.DiesBeforeAnswer : LambdaFault.None;
        var workflows = new Workflows(world);

        var arn = await workflows.SettledClusterAsync("managed", new ClusterBehaviour());
        var onboarding = await workflows.OnboardAsync(arn);
        var sweep = await workflows.WatchAsync(await world.Aws.StartExecutionAsync(Machine.Sweep, "{}", CancellationToken.None));
        var offboarding = await workflows.OffboardAsync(arn);
        var broken = new List<BrokenAccountRun>();
        foreach (var planted in Breaks.Select(name => BreakCatalogue.Find(name)!))
            broken.Add(await BreakAsync(world, workflows, planted));
        return new ManagedRun(world.Aws.Lambda.Program, onboarding, sweep, offboarding, broken, [.. invocations.Keys]);
    }

    private static async Task<BrokenAccountRun> BreakAsync(TwinWorld world, Workflows workflows, Break planted)
    {
        var arn = await workflows.SettledClusterAsync($"broken-{planted.Name}", new ClusterBehaviour());
        var before = workflows.Fingerprint(arn);
        await planted.Tampering!.PlantAsync(world, planted.Name, CancellationToken.None);
        var execution = await workflows.OnboardAsync(arn);
        return new BrokenAccountRun(
            new BrokenRun(planted, arn, execution, before, workflows.Fingerprint(arn)), workflows.Elevations(arn).Count, world.ClusterOf(arn).Faults.Count);
    }
}

/// <param name="Invoked">The handlers of the functions that ran.</param>
public sealed record ManagedRun(
    string Program, WatchedExecution Onboarding, WatchedExecution Sweep, WatchedExecution Offboarding, IReadOnlyList<BrokenAccountRun> Broken, IReadOnlyList<string> Invoked);

/// <param name="Elevations">Associated admin policies that remain.</param>
/// <param name="Faults">Requests that the cluster's stand-in could not serve.</param>
public sealed record BrokenAccountRun(BrokenRun Run, int Elevations, int Faults);
