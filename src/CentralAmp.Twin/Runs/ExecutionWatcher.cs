using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Runs;

/// <summary>An ended execution.</summary>
/// <param name="Record">The record that RecordOutcome wrote; null if the execution did not reach that state.</param>
public sealed record WatchedExecution(string Arn, string Status, TimeSpan Duration, IReadOnlyList<PassedState> States, JsonObject? Record)
{
    public int Transitions => ExecutionHistory.Transitions(States);
}

/// <summary>Follows executions of the onboarding state machine.</summary>
public sealed class ExecutionWatcher(AwsTwin aws, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits for the execution that an event started for the cluster.</summary>
    /// <exception cref="TimeoutException">No rule started an execution in time: the event was lost.</exception>
    public async Task<string> ExecutionOfAsync(string clusterName, TimeSpan limit, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + limit;
        while (time.GetUtcNow() < deadline)
        {
            var execution = (await aws.ExecutionsAsync(cancellationToken))
                .FirstOrDefault(item => item.Input?.Contains($"\"{clusterName}\"", StringComparison.Ordinal) == true);
            if (execution is not null)
                return execution.Arn;
            await Task.Delay(Poll, time, cancellationToken);
        }

        throw new TimeoutException($"no execution was started for cluster '{clusterName}' within {limit.TotalSeconds:F0} s of its event");
    }

    /// <summary>Waits until the execution ends.</summary>
    /// <param name="passed">Receives each state when the execution leaves it. If null, the history is read only at the end, because histories are long and the local Step Functions has one thread.</param>
    public async Task<WatchedExecution> WatchAsync(string executionArn, Action<PassedState>? passed, CancellationToken cancellationToken)
    {
        var (reported, seen) = (0, 0);
        while (true)
        {
            var execution = await aws.ExecutionAsync(executionArn, cancellationToken);
            if ((passed is not null && execution.Events > seen) || !execution.IsRunning)
            {
                seen = execution.Events;
                var events = await aws.HistoryAsync(executionArn, cancellationToken);
                var states = ExecutionHistory.States(events);
                for (; reported < states.Count && (states[reported].Left is not null || !execution.IsRunning); reported++)
                    passed?.Invoke(states[reported]);
                if (!execution.IsRunning)
                    return Watched(execution, states, events);
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    private static WatchedExecution Watched(TwinExecution execution, IReadOnlyList<PassedState> states, IReadOnlyList<TwinHistoryEvent> events) =>
        new(execution.Arn, execution.Status, (execution.StoppedAt - execution.StartedAt) ?? TimeSpan.Zero, states, ExecutionHistory.Record(events));
}
