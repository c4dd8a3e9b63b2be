using System.Text.RegularExpressions;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Runs;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Tells of every state of every execution as it is left, until it is told to stop.</summary>
public sealed partial class Narrator(Stage stage, RunView view)
{
    // Histories are long, and the engine that answers has one processor.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, int> told = [];
    private readonly Dictionary<string, int> seen = [];
    private readonly HashSet<string> ended = [];

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await TellOnceAsync(cancellationToken);
                await Task.Delay(Poll, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The scenario is over.
        }
    }

    /// <summary>What has passed since it was last asked.</summary>
    public async Task TellOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var (machine, execution) in await stage.ExecutionsAsync(cancellationToken))
        {
            if (ended.Contains(execution.Arn))
                continue;
            if (execution.IsRunning && seen.GetValueOrDefault(execution.Arn) == execution.Events)
                continue;
            seen[execution.Arn] = execution.Events;
            var states = ExecutionHistory.States(await stage.Aws.HistoryAsync(execution.Arn, cancellationToken));
            var from = told.GetValueOrDefault(execution.Arn);
            var passed = states.Skip(from).TakeWhile(state => state.Left is not null || !execution.IsRunning).ToList();
            foreach (var state in passed.Where(state => !state.Name.EndsWith('?')))
                view.Passed(Label(machine, execution), state);
            told[execution.Arn] = from + passed.Count;
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
