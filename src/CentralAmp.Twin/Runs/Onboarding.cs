using CentralAmp.Twin.Recording;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Runs;

/// <summary>Creates a cluster and follows its onboarding workflow.</summary>
public sealed class Onboarding(TwinWorld world, RunView view)
{
    /// <summary>An event that has not started an execution within this time is lost.</summary>
    private static readonly TimeSpan EventLimit = TimeSpan.FromSeconds(30);

    private readonly ExecutionWatcher watcher = new(world.Aws, TimeProvider.System);

    public async Task<ClusterReport> RunAsync(string name, ClusterBehaviour behaviour, CancellationToken cancellationToken)
    {
        view.Step($"creating cluster {name} in account {world.MemberAccount}, {world.Region}; its CreateCluster event goes to the member's bus");
        var clusterArn = await world.CreateClusterAsync(name, behaviour, deliveries: 1, cancellationToken);
        var execution = await watcher.ExecutionOfAsync(name, EventLimit, cancellationToken);
        var watched = await watcher.WatchAsync(execution, state => view.Passed(name, state), cancellationToken);
        return await ReportAsync(clusterArn, watched, cancellationToken);
    }

    /// <summary>Runs the onboarding workflow again, with manual input.</summary>
    public async Task<AgainReport> AgainAsync(string clusterArn, CancellationToken cancellationToken)
    {
        var name = clusterArn[(clusterArn.LastIndexOf('/') + 1)..];
        view.Step($"executing again for {name}, by manual input");
        var before = world.Calls.Position;
        var execution = await world.StartExecutionAsync($$"""{"clusterArn":"{{clusterArn}}"}""", cancellationToken);
        var watched = await watcher.WatchAsync(execution, state => view.Passed(name, state), cancellationToken);
        var calls = world.Calls.Since(before);
        return new AgainReport(
            (string?)watched.Record?["outcome"],
            calls.Count(CallAccounting.CountsAsAwsCall),
            calls.Count(CallAccounting.CountsAsWrite));
    }

    private async Task<ClusterReport> ReportAsync(string clusterArn, WatchedExecution watched, CancellationToken cancellationToken)
    {
        var record = watched.Record;
        return new ClusterReport(
            clusterArn,
            (string?)record?["outcome"],
            (string?)record?["cause"],
            (string?)record?["workspaceArn"],
            (string?)record?["trustMode"],
            (string?)record?["delivery"],
            (long?)record?["series"],
            await SecondsFromActiveAsync(clusterArn, cancellationToken),
            Math.Round(watched.Duration.TotalSeconds, 1),
            watched.Transitions)
        {
            RoleArn = (string?)record?["roleArn"],
            Sentence = (string?)record?["sentence"],
            Remedy = (string?)record?["remedy"],
        };
    }

    private async Task<double?> SecondsFromActiveAsync(string clusterArn, CancellationToken cancellationToken)
    {
        var active = world.ActiveSince(clusterArn);
        var first = await world.FirstSampleAsync(clusterArn, cancellationToken);
        return first - active is { } seconds ? Math.Round(seconds.TotalSeconds, 1) : null;
    }
}
