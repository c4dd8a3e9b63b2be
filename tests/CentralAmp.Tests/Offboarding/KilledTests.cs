using CentralAmp.Clusters;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Offboarding;

/// <summary>The process ends before each of the writes of a road, and the road is executed again.</summary>
public sealed class KilledTests
{
    public static MatrixTheoryData<string, string> RoadsAndModes => new(["onboard", "offboard living", "offboard gone"], [TrustModes.Direct, TrustModes.Chained]);

    [Theory]
    [MemberData(nameof(RoadsAndModes))]
    public async Task A_road_that_is_killed_before_any_write_is_finished_by_the_next(string road, string mode)
    {
        var settings = Some.Settings with { TrustMode = mode };
        var (writes, state) = await RunAsync(settings, road, killedAfter: null);
        Assert.InRange(writes, 4, 60);
        for (var killedAfter = 0; killedAfter < writes; killedAfter++)
        {
            var (_, again) = await RunAsync(settings, road, killedAfter);
            Assert.True(state == again, $"killed after {killedAfter} writes:\n{again}\ninstead of\n{state}");
        }
    }

    /// <summary>What a Lambda's retry would do: the same execution, from the state that it was in, is the engine's; here it is all of it again, by another one.</summary>
    private static async Task<(int Writes, string State)> RunAsync(HubSettings settings, string road, int? killedAfter)
    {
        using var world = new World(settings);
        var roads = new Executions(world);
        var cluster = world.Create();
        if (road != "onboard")
        {
            await roads.OnboardAsync();
        }

        if (road == "offboard gone")
        {
            world.EndDeletion();
        }

        var before = world.Writes;
        world.KilledAfter = before + killedAfter;
        if (killedAfter is not null)
        {
            await Assert.ThrowsAsync<KilledException>(() => ExecuteAsync(roads, road));
            world.KilledAfter = null;
            // Whoever was elevated loses it when its lease is over.
            world.Clock.Advance(world.Settings.Lease + TimeSpan.FromSeconds(1));
        }

        await ExecuteAsync(roads, road);
        return (world.Writes - before, await DescribeAsync(world, cluster));
    }

    private static async Task ExecuteAsync(Executions roads, string road) => await (road == "onboard" ? roads.OnboardAsync() : roads.OffboardAsync());

    private static async Task<string> DescribeAsync(World world, Incarnation cluster)
    {
        var item = await world.Registry.FindAsync(world.Cluster.Arn, cluster.CreatedAt, TestContext.Current.CancellationToken);
        var lines = world.LeftOf(cluster).Order(StringComparer.Ordinal).Append($"{item?.State} {item?.Cause} elevated: {item?.Elevation?.Expires > world.Clock.GetUtcNow()}").Append($"sends: {world.Sends(cluster)}");
        return string.Join('\n', lines.Append($"entries: {cluster.Stack.Prometheus["spec"]?["remoteWrite"]?.AsArray().Count ?? 0}"));
    }
}
