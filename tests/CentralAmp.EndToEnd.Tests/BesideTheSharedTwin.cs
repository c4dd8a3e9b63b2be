namespace CentralAmp.EndToEnd.Tests;

/// <summary>
/// Worlds of their own take turns: beside the shared twin one scenario, and one world of another test, are as much as a small machine bears.
/// </summary>
internal static class BesideTheSharedTwin
{
    private static readonly SemaphoreSlim ScenarioTurn = new(1);
    private static readonly SemaphoreSlim OtherTurn = new(1);

    public static Task<T> PlayAsync<T>(Func<Task<T>> scenario) => InTurnAsync(ScenarioTurn, scenario);

    public static Task<T> RunAsync<T>(Func<Task<T>> world) => InTurnAsync(OtherTurn, world);

    public static Task RunAsync(Func<Task> world) => RunAsync(async () =>
    {
        await world();
        return 0;
    });

    private static async Task<T> InTurnAsync<T>(SemaphoreSlim turn, Func<Task<T>> world)
    {
        await turn.WaitAsync();
        try
        {
            return await world();
        }
        finally
        {
            turn.Release();
        }
    }
}
