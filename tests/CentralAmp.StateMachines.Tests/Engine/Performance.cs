using System.Text.Json;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>The state of a script while its execution runs.</summary>
internal sealed class Performance(Script script)
{
    private readonly Lock access = new();
    private readonly Dictionary<string, Queue<Answer>> planned = script.ToQueues();
    private readonly List<Call> calls = [];
    private readonly List<string> unplanned = [];
    private readonly TaskCompletionSource published = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the outcome is published, shortly before the execution ends.</summary>
    public Task Published => published.Task;

    public IReadOnlyList<Call> Calls
    {
        get
        {
            lock (access)
            {
                return [.. calls];
            }
        }
    }

    public IReadOnlyList<string> Unplanned
    {
        get
        {
            lock (access)
            {
                return [.. unplanned];
            }
        }
    }

    /// <summary>Null if the script does not plan this call.</summary>
    public Answer? Next(string state, JsonElement request)
    {
        lock (access)
        {
            calls.Add(new Call(state, request.Clone()));
            if (state == StateNames.PublishOutcome)
            {
                published.TrySetResult();
            }

            if (planned.TryGetValue(state, out var answers) && answers.TryDequeue(out var answer))
            {
                return answer;
            }

            unplanned.Add($"{state} was called {calls.Count(call => call.State == state)} times");
            return null;
        }
    }

    public void Complain(string complaint)
    {
        lock (access)
        {
            unplanned.Add(complaint);
        }
    }
}
