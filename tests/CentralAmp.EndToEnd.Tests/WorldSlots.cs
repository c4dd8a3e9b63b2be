namespace CentralAmp.EndToEnd.Tests;

/// <summary>Limits the worlds that run beside the shared twin to two at a time, because a small machine cannot run more.</summary>
internal static class WorldSlots
{
    private static readonly SemaphoreSlim Slots = new(2);

    /// <summary>Takes a slot for a world that several tests share. Disposing the result frees the slot.</summary>
    public static async Task<IDisposable> EnterAsync()
    {
        await Slots.WaitAsync();
        return new Slot();
    }

    public static Task RunAsync(Func<Task> world) => RunAsync(async () =>
    {
        await world();
        return 0;
    });

    public static async Task<T> RunAsync<T>(Func<Task<T>> world)
    {
        using var slot = await EnterAsync();
        return await world();
    }

    private sealed class Slot : IDisposable
    {
        public void Dispose() => Slots.Release();
    }
}
