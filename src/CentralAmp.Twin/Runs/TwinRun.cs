using System.Text.Json;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Scenarios;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Runs;

/// <summary>One run of the main job: creates clusters, follows their onboarding and prints a summary.</summary>
public static class TwinRun
{
    private const int Verified = 0;
    private const int NotVerified = 1;
    private const int MachineLacksSomething = 3;

    /// <returns>The exit code.</returns>
    public static async Task<int> ExecuteAsync(TwinRunOptions options, CancellationToken cancellationToken)
    {
        var view = new RunView(options.Json, TimeProvider.System);
        try
        {
            var report = options.Scenario is { } scenario
                ? await ScenarioRun.RunAsync(scenario, options, view, cancellationToken)
                : await RunAsync(options, view, cancellationToken);
            return report.Succeeded ? Verified : NotVerified;
        }
        catch (ProvisioningException lacking)
        {
            view.Problem(lacking.Message);
            return MachineLacksSomething;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            view.Step("stopped");
            return NotVerified;
        }
    }

    private static async Task<RunReport> RunAsync(TwinRunOptions options, RunView view, CancellationToken cancellationToken)
    {
        using var calls = new CallRecorder(options.RecordFile);
        await using var world = await TwinWorld.StartAsync(new WorldOptions(), calls, view.Step, cancellationToken);
        var onboarding = new Onboarding(world, view);
        var names = Enumerable.Range(1, options.Clusters).Select(number => $"shop-{number}").ToArray();
        foreach (var name in names)
            await PlantAsync(options.Break, name, world, view, cancellationToken);
        var clusters = await Task.WhenAll(names.Select(name => onboarding.RunAsync(name, Behaviour(options), cancellationToken)));
        if (options.Again)
            clusters = await AgainAsync(clusters, onboarding, cancellationToken);

        var report = new RunReport(clusters, Count(calls));
        view.Summary(report);
        if (options.Json)
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(report, TwinJson.Default.RunReport));
        if (options.Keep)
            await KeepAsync(world, view, cancellationToken);
        return report;
    }

    private static ClusterBehaviour Behaviour(TwinRunOptions options)
    {
        var normal = new ClusterBehaviour();
        return options.Break?.Behaviour?.Invoke(normal) ?? normal;
    }

    private static async Task PlantAsync(Break? planted, string clusterName, TwinWorld world, RunView view, CancellationToken cancellationToken)
    {
        if (planted is null)
            return;
        view.Planted(planted);
        if (planted.Tampering is { } tampering)
            await tampering.PlantAsync(world, clusterName, cancellationToken);
    }

    // One cluster after the other, because calls are counted for each cluster.
    private static async Task<ClusterReport[]> AgainAsync(ClusterReport[] clusters, Onboarding onboarding, CancellationToken cancellationToken)
    {
        var again = new List<ClusterReport>();
        foreach (var cluster in clusters)
            again.Add(cluster with { Again = await onboarding.AgainAsync(cluster.ClusterArn, cancellationToken) });
        return [.. again];
    }

    internal static CallReport Count(CallRecorder calls)
    {
        var own = calls.Since(0).Where(CallAccounting.IsFromCentralAmp).ToList();
        return new CallReport(own.Count, own.Count(CallAccounting.CountsAsWrite), own.Count(call => call.Decision == "Deny"));
    }

    internal static async Task KeepAsync(TwinWorld world, RunView view, CancellationToken cancellationToken)
    {
        foreach (var line in await KeepInstructions.ForAsync(world))
            view.Plain(line);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            view.Step("stopping");
        }
    }
}
