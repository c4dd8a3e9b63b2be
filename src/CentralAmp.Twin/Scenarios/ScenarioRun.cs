using System.Globalization;
using System.Text.Json;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>One run of a scenario: the world is built, the scenario plays in it, its end is summed up.</summary>
public static class ScenarioRun
{
    public static async Task<RunReport> RunAsync(IScenario scenario, TwinRunOptions options, RunView view, CancellationToken cancellationToken)
    {
        using var calls = new CallRecorder(options.RecordFile);
        view.Step($"scenario {scenario.Name}: {scenario.Description}");
        await using var world = await TwinWorld.StartAsync(scenario.World, calls, view.Step, cancellationToken);
        var report = await PlayAsync(scenario, world, view, cancellationToken);
        if (options.Json)
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(report, TwinJson.Default.RunReport));
        if (options.Keep)
            await TwinRun.KeepAsync(world, view, cancellationToken);
        return report;
    }

    /// <summary>Plays in a world that was started for the scenario and stays up afterwards.</summary>
    public static async Task<RunReport> PlayAsync(IScenario scenario, TwinWorld world, RunView view, CancellationToken cancellationToken)
    {
        var stage = new Stage(world, view, TimeProvider.System);
        await PlayAsync(scenario, stage, view, cancellationToken);
        var report = await ReportAsync(stage, cancellationToken);
        view.Summary(report);
        return report;
    }

    private static async Task PlayAsync(IScenario scenario, Stage stage, RunView view, CancellationToken cancellationToken)
    {
        var narrator = new Narrator(stage, view);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var telling = narrator.TellAsync(over.Token);
        try
        {
            await scenario.PlayAsync(stage, cancellationToken);
        }
        catch (TimeoutException late)
        {
            stage.Check("everything came to its end in time", false, late.Message);
        }
        finally
        {
            await over.CancelAsync();
            await telling;
        }

        await narrator.TellOnceAsync(cancellationToken);
    }

    /// <summary>How the clusters that are expected to end somehow stand now.</summary>
    public static async Task<IReadOnlyList<ClusterReport>> ClustersAsync(Stage stage, CancellationToken cancellationToken)
    {
        var registry = await stage.World.RegistryAsync(cancellationToken);
        var executions = (await stage.ExecutionsAsync(cancellationToken)).Where(item => item.Machine != Machine.Sweep).Select(item => item.Execution).ToList();
        var clusters = new List<ClusterReport>();
        foreach (var (cluster, outcome) in stage.Expected)
        {
            var item = registry.FirstOrDefault(item => item.ClusterArn == cluster.ClusterArn && item.CreatedAt == cluster.CreatedAt);
            clusters.Add(await ReportAsync(stage, cluster, item, executions, cancellationToken) with { Expected = outcome });
        }

        return clusters;
    }

    private static async Task<RunReport> ReportAsync(Stage stage, CancellationToken cancellationToken) =>
        new(stage.Frozen ?? await ClustersAsync(stage, cancellationToken), TwinRun.Count(stage.World.Calls), stage.Left(), stage.Checks);

    private static async Task<ClusterReport> ReportAsync(
        Stage stage, Incarnation cluster, RegistryEntry? item, List<TwinExecution> executions, CancellationToken cancellationToken)
    {
        var last = executions.LastOrDefault(execution => execution.Arn == item?["executionId"]);
        var states = last is null ? [] : ExecutionHistory.States(await stage.Aws.HistoryAsync(last.Arn, cancellationToken));
        var living = stage.Aws.Eks.Find(cluster.ClusterArn) is { } found && Incarnation.Of(found) == cluster;
        var first = living && item?["workspaceArn"] is { } workspace ? await stage.World.FirstSampleAsync(cluster.ClusterArn, cancellationToken, workspace) : null;
        return new ClusterReport(
            cluster.ClusterArn,
            item?.State,
            item?["cause"],
            item?["workspaceArn"],
            item?["trustMode"],
            item?["delivery"],
            item?["series"] is { } series ? long.Parse(series, CultureInfo.InvariantCulture) : null,
            living && first - stage.World.ActiveSince(cluster.ClusterArn) is { } seconds ? Math.Round(seconds.TotalSeconds, 1) : null,
            Math.Round((last?.StoppedAt - last?.StartedAt)?.TotalSeconds ?? 0, 1),
            ExecutionHistory.Transitions(states))
        {
            RoleArn = item?["roleArn"],
            Sentence = item?["sentence"],
            Remedy = item?["remedy"],
        };
    }
}
