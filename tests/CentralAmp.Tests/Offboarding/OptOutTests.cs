using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Offboarding;

/// <summary>A cluster that opts out before it was verified once, at every state of its first onboarding.</summary>
public sealed class OptOutTests
{
    /// <summary>The states of a first onboarding, waits and the elevations included, are fewer.</summary>
    private const int States = 40;

    private const string SomeArn = "arn:aws:eks:us-east-1:222222222222:cluster/shop";

    [Fact]
    public async Task Opting_out_after_an_onboarding_that_died_at_any_state_takes_everything_back()
    {
        var died = 0;
        for (var state = 2; state <= States; state++)
        {
            using var world = new World();
            var executions = new Executions(world);
            var cluster = world.Create();
            executions.Meanwhile = (state, () => throw new KilledException());
            if (await DiesAsync(executions))
            {
                died++;
                // Longer than the lease of an elevation that the dead execution holds.
                world.Clock.Advance(TimeSpan.FromHours(1));
                cluster.Tags[ClusterTags.Onboard] = "false";
                await executions.OnboardAsync();
                await AssertGoneAsync(world, cluster, state);
            }
        }

        Assert.InRange(died, 20, States - 2);
    }

    /// <summary>The offboarding takes the claim, so the onboarding stops before its next write.</summary>
    [Fact]
    public async Task Opting_out_at_any_state_of_the_first_onboarding_leaves_nothing_and_needs_no_sweep()
    {
        for (var state = 2; state <= States; state++)
        {
            using var world = new World();
            var executions = new Executions(world);
            var (cluster, opted) = (world.Create(), false);
            executions.Meanwhile = (state, async () =>
            {
                opted = true;
                cluster.Tags[ClusterTags.Onboard] = "false";
                await executions.OnboardAsync();
            });
            await executions.OnboardAsync();
            if (!opted)
            {
                Assert.InRange(state, 20, States);
                break;
            }

            await AssertGoneAsync(world, cluster, state);
        }
    }

    private static async Task<bool> DiesAsync(Executions executions)
    {
        try
        {
            await executions.OnboardAsync();
            return false;
        }
        catch (KilledException)
        {
            return true;
        }
    }

    private static async Task AssertGoneAsync(World world, Incarnation cluster, int state)
    {
        Assert.True(world.RemainingOf(cluster).Count == 0, $"at state {state}: {string.Join(", ", world.RemainingOf(cluster))}");
        Assert.False(world.Sends(cluster), $"at state {state} it still sends");
        var item = await world.Registry.FindAsync(SomeArn, cluster.CreatedAt, TestContext.Current.CancellationToken);
        Assert.True(item is { State: Outcome.OptedOut, MayHaveTraces: false }, $"at state {state}: {item?.State}");
    }
}
