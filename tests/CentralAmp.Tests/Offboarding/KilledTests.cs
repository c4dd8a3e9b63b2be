using CentralAmp.Clusters;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Offboarding;

/// <summary>The process ends before each write of a workflow, and the workflow is executed again.</summary>
public sealed class KilledTests
{
    public static MatrixTheoryData<string, string> WorkflowsAndModes => new(["onboard", "offboard living", "offboard gone"], [TrustModes.Direct, TrustModes.Chained]);

    [Theory]
    [MemberData(nameof(WorkflowsAndModes))]
    public async Task The_next_execution_finishes_one_that_was_killed_before_any_of_its_writes(string workflow, string mode)
    {
        var settings = Some.Settings with { TrustMode = mode };
        var (writes, state) = await RunAsync(settings, workflow, killedAfter: null);
        Assert.InRange(writes, 4, 60);
        for (var killedAfter = 0; killedAfter < writes; killedAfter++)
        {
            var (_, again) = await RunAsync(settings, workflow, killedAfter);
            Assert.True(state == again, $"killed after {killedAfter} writes:\n{again}\ninstead of\n{state}");
        }
    }

    /// <summary>A second execution runs the whole workflow again. Tests of the state machines cover the retry of one state in the same execution.</summary>
    private static async Task<(int Writes, string State)> RunAsync(HubSettings settings, string workflow, int? killedAfter)
    {
        using var world = new World(settings);
        var executions = new Executions(world);
        var cluster = world.Create();
        if (workflow != "onboard")
        {
            await executions.OnboardAsync();
        }

        if (workflow == "offboard gone")
        {
            world.EndDeletion();
        }

        var before = world.Writes;
        world.KilledAfter = before + killedAfter;
        if (killedAfter is not null)
        {
            await Assert.ThrowsAsync<KilledException>(() => ExecuteAsync(executions, workflow));
            world.KilledAfter = null;
            // The next execution ends an elevation after its lease has expired.
            world.Clock.Advance(world.Settings.Lease + TimeSpan.FromSeconds(1));
        }

        await ExecuteAsync(executions, workflow);
        return (world.Writes - before, await DescribeAsync(world, cluster));
    }

    private static async Task ExecuteAsync(Executions executions, string workflow) => await (workflow == "onboard" ? executions.OnboardAsync() : executions.OffboardAsync());

    private static async Task<string> DescribeAsync(World world, Incarnation cluster)
    {
        var item = await world.Registry.FindAsync(world.Cluster.Arn, cluster.CreatedAt, TestContext.Current.CancellationToken);
        var lines = world.RemainingOf(cluster).Order(StringComparer.Ordinal).Append($"{item?.State} {item?.Cause} elevated: {item?.Elevation?.Expires > world.Clock.GetUtcNow()}").Append($"sends: {world.Sends(cluster)}");
        return string.Join('\n', lines.Append($"entries: {cluster.Stack.Prometheus["spec"]?["remoteWrite"]?.AsArray().Count ?? 0}"));
    }
}
