using System.Text.RegularExpressions;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Runs;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Prints every state of every execution when the execution leaves it.</summary>
public sealed partial class ExecutionProgress(ScenarioContext context, RunView view)
{
    // Histories are long, and the local engine uses one processor.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, int> reported = [];
    private readonly Dictionary<string, int> seen = [];
    private readonly HashSet<string> ended = [];

    public async Task ReportAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await ReportOnceAsync(cancellationToken);
                await Task.Delay(Poll, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The scenario has ended.
        }
    }

    /// <summary>Prints the states that ended since the last call.</summary>
    public async Task ReportOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var (machine, execution) in await context.ExecutionsAsync(cancellationToken))
        {
            if (ended.Contains(execution.Arn))
                continue;
            if (execution.IsRunning && seen.GetValueOrDefault(execution.Arn) == execution.Events)
                continue;
            seen[execution.Arn] = execution.Events;
            var states = ExecutionHistory.States(await context.Aws.HistoryAsync(execution.Arn, cancellationToken));
            var from = reported.GetValueOrDefault(execution.Arn);
            var passed = states.Skip(from).TakeWhile(state => state.Left is not null || !execution.IsRunning).ToList();
            foreach (var state in passed.Where(state => !state.Name.EndsWith('?')))
                view.Passed(Label(machine, execution), state);
            reported[execution.Arn] = from + passed.Count;
            if (!execution.IsRunning)
                ended.Add(execution.Arn);
        }
    }

    private static string Label(Machine machine, TwinExecution execution) =>
        ClusterArns().Match(Uri.UnescapeDataString(execution.Input ?? "")) is { Success: true, Groups: var part }
            ? $"{(machine == Machine.Offboard ? "offboard " : "")}{part["name"]} {part["account"].Value[..3]} {part["region"]}"
            : machine.ToString().ToLowerInvariant();

    [GeneratedRegex("arn:aws:eks:(?<region>[a-z0-9-]+):(?<account>[0-9]{12}):cluster/(?<name>[A-Za-z0-9_-]+)")]
    private static partial Regex ClusterArns();
}
