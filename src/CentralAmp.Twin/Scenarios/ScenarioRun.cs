using System.Globalization;
using System.Text.Json;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>One run of a scenario: starts a world, runs the scenario in it and writes the report.</summary>
public static class ScenarioRun
{
    public static async Task<RunReport> RunAsync(IScenario scenario, TwinRunOptions options, RunView view, CancellationToken cancellationToken)
    {
        using var calls = new CallRecorder(options.RecordFile);
        view.Step($"scenario {scenario.Name}: {scenario.Description}");
        await using var world = await TwinWorld.StartAsync(scenario.World, calls, view.Step, cancellationToken);
        var report = await RunAsync(scenario, world, view, cancellationToken);
        if (options.Json)
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(report, TwinJson.Default.RunReport));
        if (options.Keep)
            await TwinRun.KeepAsync(world, view, cancellationToken);
        return report;
    }

    /// <summary>Runs in a world that was started for the scenario. The world stays up.</summary>
    public static async Task<RunReport> RunAsync(IScenario scenario, TwinWorld world, RunView view, CancellationToken cancellationToken)
    {
        var context = new ScenarioContext(world, view, TimeProvider.System);
        await RunAsync(scenario, context, view, cancellationToken);
        var report = await ReportAsync(context, cancellationToken);
        view.Summary(report);
        return report;
    }

    private static async Task RunAsync(IScenario scenario, ScenarioContext context, RunView view, CancellationToken cancellationToken)
    {
        var progress = new ExecutionProgress(context, view);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reporting = progress.ReportAsync(ended.Token);
        try
        {
            await scenario.RunAsync(context, cancellationToken);
        }
        catch (TimeoutException late)
        {
            context.Check("every execution ended in time", false, late.Message);
        }
        finally
        {
            await ended.CancelAsync();
            await reporting;
        }

        await progress.ReportOnceAsync(cancellationToken);
    }

    /// <summary>Current reports of the clusters for which the scenario expects an outcome.</summary>
    public static async Task<IReadOnlyList<ClusterReport>> ClustersAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var registry = await context.World.RegistryAsync(cancellationToken);
        var executions = (await context.ExecutionsAsync(cancellationToken)).Where(item => item.Machine != Machine.Sweep).Select(item => item.Execution).ToList();
        var clusters = new List<ClusterReport>();
        foreach (var (cluster, outcome) in context.Expected)
        {
            var item = registry.FirstOrDefault(item => item.ClusterArn == cluster.ClusterArn && item.CreatedAt == cluster.CreatedAt);
            clusters.Add(await ReportAsync(context, cluster, item, executions, cancellationToken) with { Expected = outcome });
        }

        return clusters;
    }

    private static async Task<RunReport> ReportAsync(ScenarioContext context, CancellationToken cancellationToken) =>
        new(context.Frozen ?? await ClustersAsync(context, cancellationToken), TwinRun.Count(context.World.Calls), context.RemainingObjects(), context.Checks);

    private static async Task<ClusterReport> ReportAsync(
        ScenarioContext context, ClusterIdentity cluster, RegistryEntry? item, List<TwinExecution> executions, CancellationToken cancellationToken)
    {
        var last = executions.LastOrDefault(execution => execution.Arn == item?["executionId"]);
        var states = last is null ? [] : ExecutionHistory.States(await context.Aws.HistoryAsync(last.Arn, cancellationToken));
        var living = context.Aws.Eks.Find(cluster.ClusterArn) is { } found && ClusterIdentity.Of(found) == cluster;
        var first = living && item?["workspaceArn"] is { } workspace ? await context.World.FirstSampleAsync(cluster.ClusterArn, cancellationToken, workspace) : null;
        return new ClusterReport(
            cluster.ClusterArn,
            item?.State,
            item?["cause"],
            item?["workspaceArn"],
            item?["trustMode"],
            item?["delivery"],
            item?["series"] is { } series ? long.Parse(series, CultureInfo.InvariantCulture) : null,
            living && first - context.World.ActiveSince(cluster.ClusterArn) is { } seconds ? Math.Round(seconds.TotalSeconds, 1) : null,
            Math.Round((last?.StoppedAt - last?.StartedAt)?.TotalSeconds ?? 0, 1),
            ExecutionHistory.Transitions(states))
        {
            RoleArn = item?["roleArn"],
            Sentence = item?["sentence"],
            Remedy = item?["remedy"],
        };
    }
}
