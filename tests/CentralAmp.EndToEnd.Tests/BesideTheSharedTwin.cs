namespace CentralAmp.EndToEnd.Tests;

/// <summary>Worlds of their own, one at a time: a second one beside the shared twin is as much as a small machine bears.</summary>
internal static class BesideTheSharedTwin
{
    private static readonly SemaphoreSlim Turn = new(1);

    public static Task RunAsync(Func<Task> world) => RunAsync(async () =>
    {
        await world();
        return 0;
    });

    public static async Task<T> RunAsync<T>(Func<Task<T>> world)
    {
        await Turn.WaitAsync();
        try
        {
            return await world();
        }
        finally
        {
            Turn.Release();
        }
    }
}
