namespace CentralAmp.EndToEnd.Tests;

/// <summary>Worlds of their own, two at a time: so many beside the shared twin is as much as a small machine bears.</summary>
internal static class BesideTheSharedTwin
{
    private static readonly SemaphoreSlim Turn = new(2);

    /// <summary>For a world that several tests share: the turn lasts until it is disposed.</summary>
    public static async Task<IDisposable> EnterAsync()
    {
        await Turn.WaitAsync();
        return new Ending();
    }

    public static Task RunAsync(Func<Task> world) => RunAsync(async () =>
    {
        await world();
        return 0;
    });

    public static async Task<T> RunAsync<T>(Func<Task<T>> world)
    {
        using var turn = await EnterAsync();
        return await world();
    }

    private sealed class Ending : IDisposable
    {
        public void Dispose() => Turn.Release();
    }
}
