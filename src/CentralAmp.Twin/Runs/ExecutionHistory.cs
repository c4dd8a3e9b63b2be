using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Runs;

/// <summary>A state that an execution entered.</summary>
/// <param name="Retries">How often the execution retried the state's task.</param>
public sealed record PassedState(string Name, DateTimeOffset Entered, DateTimeOffset? Left, int Retries)
{
    public TimeSpan? Duration => Left - Entered;
}

/// <summary>Reads an execution's history events.</summary>
public static class ExecutionHistory
{
    /// <summary>States in the order in which the execution entered them, Choice states included.</summary>
    public static IReadOnlyList<PassedState> States(IEnumerable<TwinHistoryEvent> events)
    {
        var states = new List<PassedState>();
        foreach (var item in events.OrderBy(item => item.Id))
        {
            if (item.Type.EndsWith("StateEntered", StringComparison.Ordinal))
                states.Add(new PassedState(item.StateName!, item.Time, null, -1));
            else if (item.Type.EndsWith("StateExited", StringComparison.Ordinal))
                Close(states, item.StateName!, item.Time);
            else if (IsAttempt(item.Type) && states.Count > 0)
                states[^1] = states[^1] with { Retries = states[^1].Retries + 1 };
        }

        return [.. states.Select(state => state with { Retries = Math.Max(0, state.Retries) })];
    }

    /// <summary>
    /// Transitions as AWS bills a Standard workflow: each state entered and each retry
    /// (AWS Step Functions pricing: "including retries").
    /// </summary>
    public static int Transitions(IEnumerable<PassedState> states) => states.Sum(state => 1 + state.Retries);

    /// <summary>The record that this execution's last state wrote. The registry may already hold that of a later execution.</summary>
    public static JsonObject? Record(IEnumerable<TwinHistoryEvent> events) =>
        events.Where(item => item.StateName is "RecordOutcome" or "RecordOffboarding" && item.Type.EndsWith("StateExited", StringComparison.Ordinal))
            .Select(item => JsonNode.Parse(item.Details.GetProperty("stateExitedEventDetails").GetProperty("output").GetString()!)?["record"] as JsonObject)
            .LastOrDefault();

    private static bool IsAttempt(string type) => type is "TaskScheduled" or "LambdaFunctionScheduled";

    private static void Close(List<PassedState> states, string name, DateTimeOffset at)
    {
        var index = states.FindLastIndex(state => state.Name == name && state.Left is null);
        if (index >= 0)
            states[index] = states[index] with { Left = at };
    }
}
