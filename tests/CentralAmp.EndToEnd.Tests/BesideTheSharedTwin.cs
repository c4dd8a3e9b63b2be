namespace CentralAmp.EndToEnd.Tests;

/// <summary>
/// Worlds of their own, three at a time: with the shared twin that keeps two processors busy. Of those that wait the longest goes first,
/// because the run is not over before the last one ends.
/// </summary>
internal static class BesideTheSharedTwin
{
    private static readonly Lock Access = new();
    private static readonly PriorityQueue<TaskCompletionSource, int> Waiting = new();
    private static int free = 3;

    /// <summary>For a world that several tests share: the turn lasts until it is disposed.</summary>
    /// <param name="seconds">About how long the world is needed.</param>
    public static async Task<IDisposable> EnterAsync(int seconds)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Access)
            Waiting.Enqueue(turn, -seconds);
        // All tests start at once. Who comes first must not take the turn of a longer one that comes right after it.
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        Next();
        await turn.Task;
        return new Ending();
    }

    public static Task RunAsync(int seconds, Func<Task> world) => RunAsync(seconds, async () =>
    {
        await world();
        return 0;
    });

    public static async Task<T> RunAsync<T>(int seconds, Func<Task<T>> world)
    {
        using var turn = await EnterAsync(seconds);
        return await world();
    }

    private static void Next()
    {
        lock (Access)
        {
            while (free > 0 && Waiting.TryDequeue(out var next, out _))
            {
                free--;
                next.SetResult();
            }
        }
    }

    private sealed class Ending : IDisposable
    {
        public void Dispose()
        {
            lock (Access)
                free++;
            Next();
        }
    }
}
