namespace CentralAmp.EndToEnd.Tests;

/// <summary>
/// Limits the worlds that run beside the shared twin to three at a time, which keeps two processors busy. The world with the longest
/// duration gets the next free slot, because a long world that starts last would extend the whole test run.
/// </summary>
internal static class WorldSlots
{
    private static readonly Lock Access = new();
    private static readonly PriorityQueue<TaskCompletionSource, int> Waiting = new();
    private static int free = 3;

    /// <summary>Takes a slot for a world that several tests share. Disposing the result frees the slot.</summary>
    /// <param name="seconds">Approximate duration of the world.</param>
    public static async Task<IDisposable> EnterAsync(int seconds)
    {
        var slot = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Access)
            Waiting.Enqueue(slot, -seconds);
        // All tests start at once. The delay lets longer worlds enter the queue before the first slot is given.
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        GiveFreeSlots();
        await slot.Task;
        return new Slot();
    }

    public static Task RunAsync(int seconds, Func<Task> world) => RunAsync(seconds, async () =>
    {
        await world();
        return 0;
    });

    public static async Task<T> RunAsync<T>(int seconds, Func<Task<T>> world)
    {
        using var slot = await EnterAsync(seconds);
        return await world();
    }

    private static void GiveFreeSlots()
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

    private sealed class Slot : IDisposable
    {
        public void Dispose()
        {
            lock (Access)
                free++;
            GiveFreeSlots();
        }
    }
}
