using CentralAmp.Twin;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Breaks that concern every cluster of a twin, in a twin of their own.</summary>
public sealed class WholeAccountBreakTests
{
    /// <summary>In this order: the member role is missed before the workspace is looked at, so the second break shows although the first one lasts.</summary>
    internal static readonly string[] Names = ["workspace-missing", "member-policy"];

    [Fact]
    public Task A_break_of_the_whole_account_ends_with_its_cause_and_leaves_the_collector_byte_for_byte_as_before() => BesideTheSharedTwin.RunAsync(40, async () =>
    {
        using var calls = new CallRecorder();
        await using var world = await TwinWorld.StartAsync(new WorldOptions(), calls, _ => { }, TestContext.Current.CancellationToken);
        var road = new Road(world);
        foreach (var planted in Names.Select(name => BreakCatalogue.Find(name)!))
        {
            var arn = await road.SettledClusterAsync($"broken-{planted.Name}", new ClusterBehaviour());
            var before = road.Fingerprint(arn);
            await planted.Tampering!.PlantAsync(world, planted.Name, TestContext.Current.CancellationToken);

            var execution = await road.TakeAsync(arn);

            Assert.Equal(planted.Cause, (string?)execution.Record?["cause"]);
            Assert.Equal("Blocked", (string?)execution.Record?["outcome"]);
            Assert.NotEmpty(before);
            Assert.Equal(before, road.Fingerprint(arn));
            Assert.Empty(road.Elevations(arn));
            Assert.Empty(world.ClusterOf(arn).Faults);
        }
    });
}
