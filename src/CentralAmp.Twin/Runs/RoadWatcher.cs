using System.Text.Json.Nodes;
using Amazon.StepFunctions;
using Amazon.StepFunctions.Model;

namespace CentralAmp.Twin.Runs;

/// <summary>How one execution went.</summary>
/// <param name="Record">What RecordOutcome said; null if the execution never came so far.</param>
public sealed record WatchedExecution(string Arn, string Status, TimeSpan Duration, IReadOnlyList<PassedState> States, JsonObject? Record)
{
    public int Transitions => ExecutionHistory.Transitions(States);
}

/// <summary>Follows executions of the onboarding state machine by the API that a person would use.</summary>
public sealed class RoadWatcher(IAmazonStepFunctions stepFunctions, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits for the execution that an event started for the cluster.</summary>
    /// <exception cref="TimeoutException">No rule started one in time: the event was lost on its way.</exception>
    public async Task<string> ExecutionOfAsync(string stateMachineArn, string clusterName, TimeSpan limit, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + limit;
        while (time.GetUtcNow() < deadline)
        {
            foreach (var item in (await stepFunctions.ListExecutionsAsync(new ListExecutionsRequest { StateMachineArn = stateMachineArn }, cancellationToken)).Executions ?? [])
            {
                var described = await stepFunctions.DescribeExecutionAsync(new DescribeExecutionRequest { ExecutionArn = item.ExecutionArn }, cancellationToken);
                if (described.Input.Contains($"\"{clusterName}\"", StringComparison.Ordinal))
                    return item.ExecutionArn;
            }

            await Task.Delay(Poll, time, cancellationToken);
        }

        throw new TimeoutException($"no execution of {stateMachineArn} was started for cluster '{clusterName}' within {limit.TotalSeconds:F0} s of its event");
    }

    /// <summary>Reports each state as it is left (or repeated), until the execution ends.</summary>
    public async Task<WatchedExecution> WatchAsync(string executionArn, Action<PassedState> passed, CancellationToken cancellationToken)
    {
        var reported = 0;
        while (true)
        {
            var described = await stepFunctions.DescribeExecutionAsync(new DescribeExecutionRequest { ExecutionArn = executionArn }, cancellationToken);
            var events = await EventsAsync(executionArn, cancellationToken);
            var states = ExecutionHistory.States(events);
            var running = described.Status == ExecutionStatus.RUNNING;
            for (; reported < states.Count && (states[reported].Left is not null || !running); reported++)
                passed(states[reported]);
            if (!running)
                return new WatchedExecution(executionArn, described.Status.Value, (described.StopDate - described.StartDate) ?? TimeSpan.Zero, states, ExecutionHistory.Record(events));

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<HistoryEvent>> EventsAsync(string executionArn, CancellationToken cancellationToken)
    {
        var events = new List<HistoryEvent>();
        string? token = null;
        do
        {
            var page = await stepFunctions.GetExecutionHistoryAsync(
                new GetExecutionHistoryRequest { ExecutionArn = executionArn, MaxResults = 1000, NextToken = token, IncludeExecutionData = true },
                cancellationToken);
            events.AddRange(page.Events ?? []);
            token = page.NextToken;
        }
        while (!string.IsNullOrEmpty(token));

        return events;
    }
}
