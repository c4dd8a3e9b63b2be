using System.Text;
using System.Text.Json;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>An execution that ended.</summary>
internal sealed class Run(JsonElement described, JsonElement history, IReadOnlyList<Call> calls)
{
    private readonly List<JsonElement> events = [.. history.GetProperty("events").EnumerateArray()];

    public string Status => described.GetProperty("status").GetString()!;

    public string? Error => Text("error");

    public string? Cause => Text("cause");

    /// <summary>Names of the states in the order in which they were entered.</summary>
    public IReadOnlyList<string> States => [.. Entered.Select(entered => entered.GetProperty("name").GetString()!)];

    /// <summary>As AWS counts them: every state that is entered, and every repetition of a task.</summary>
    public int Transitions =>
        States.Count
        + events.Count(e => TypeOf(e) is "LambdaFunctionScheduled" or "TaskScheduled")
        - events.Count(e => TypeOf(e) == "TaskStateEntered");

    /// <summary>Bytes of the largest input of a state.</summary>
    public int LargestData => Entered.Max(entered => Encoding.UTF8.GetByteCount(entered.GetProperty("input").GetString()!));

    /// <summary>Requests of a state, in order.</summary>
    public IReadOnlyList<JsonElement> RequestsOf(string state) => [.. calls.Where(call => call.State == state).Select(call => call.Request)];

    /// <summary>The request of the last call of a state.</summary>
    public T RequestOf<T>(string state) => (T)FunctionJson.Read(state, RequestsOf(state)[^1]);

    /// <summary>The request of one call of a state; the first call is 0.</summary>
    public T RequestOf<T>(string state, int call) => (T)FunctionJson.Read(state, RequestsOf(state)[call]);

    public int CallsOf(string state) => RequestsOf(state).Count;

    private IEnumerable<JsonElement> Entered =>
        events.Where(e => TypeOf(e).EndsWith("StateEntered", StringComparison.Ordinal)).Select(e => e.GetProperty("stateEnteredEventDetails"));

    public override string ToString() => $"{Status} {Error} {Cause}\n{string.Join(" > ", States)}";

    private static string TypeOf(JsonElement historyEvent) => historyEvent.GetProperty("type").GetString()!;

    private string? Text(string name) => described.TryGetProperty(name, out var value) ? value.GetString() : null;
}
