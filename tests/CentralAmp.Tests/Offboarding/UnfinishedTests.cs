using CentralAmp.Registry;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Offboarding;

/// <summary>A delivery that is not healthy, and whose withdrawal does not end, is finished by the next execution.</summary>
public sealed class UnfinishedTests
{
    [Fact]
    public async Task A_withdrawal_that_was_killed_three_times_is_done_by_the_next_execution()
    {
        using var world = new World();
        var executions = new Executions(world);
        var cluster = world.Create();
        cluster.Stack.ReloadWorks = false;
        var states = await StatesUntilWithdrawalAsync();
        for (var killed = 0; killed < 3; killed++)
        {
            executions.Meanwhile = (states[killed == 0 ? 0 : 1], () => throw new KilledException());
            await Assert.ThrowsAsync<KilledException>(() => executions.OnboardAsync());
            Assert.NotNull((await ItemAsync(world, cluster)).Facts.Unfinished);
            Assert.NotNull(cluster.Stack.Prometheus["spec"]!["remoteWrite"]);
            world.Clock.Advance(TimeSpan.FromHours(1));
        }

        await executions.OnboardAsync();
        var item = await ItemAsync(world, cluster);
        Assert.Equal((Outcome.RolledBack, null), (item.State, item.Facts.Unfinished));
        Assert.Null(cluster.Stack.Prometheus["spec"]!["remoteWrite"]);
    }

    [Fact]
    public async Task A_delivery_whose_execution_died_and_that_is_healthy_by_now_is_verified()
    {
        using var world = new World();
        var executions = new Executions(world);
        var cluster = world.Create();
        cluster.Stack.ReloadWorks = false;
        executions.Meanwhile = ((await StatesUntilWithdrawalAsync())[0], () => throw new KilledException());
        await Assert.ThrowsAsync<KilledException>(() => executions.OnboardAsync());
        cluster.Stack.ReloadWorks = true;
        cluster.Stack.Reconcile();
        await executions.OnboardAsync();
        var item = await ItemAsync(world, cluster);
        Assert.Equal((Outcome.Verified, null), (item.State, item.Facts.Unfinished));
        Assert.True(world.Sends(cluster));
    }

    /// <returns>The number of the state WithdrawRemoteWrite in a first onboarding, and in the next one.</returns>
    private static async Task<int[]> StatesUntilWithdrawalAsync()
    {
        using var world = new World();
        var executions = new Executions(world);
        world.Create().Stack.ReloadWorks = false;
        var first = await executions.OnboardAsync();
        var second = await executions.OnboardAsync();
        return [NumberOf(first), NumberOf(second)];
    }

    private static int NumberOf(IReadOnlyList<string> states) => Assert.Single(Enumerable.Range(0, states.Count), number => states[number] == "WithdrawRemoteWrite") + 1;

    private static async Task<RegistryItem> ItemAsync(World world, Incarnation cluster) =>
        (await world.Registry.FindAsync(world.Cluster.Arn, cluster.CreatedAt, TestContext.Current.CancellationToken))!;
}
