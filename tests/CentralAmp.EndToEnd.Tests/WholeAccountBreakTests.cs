using CentralAmp.Twin;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Breaks that affect every cluster of a twin. They run in a separate twin.</summary>
public sealed class WholeAccountBreakTests
{
    /// <summary>The order matters: onboarding uses the member role before it reads the workspace, so the second break has an effect although the first one persists.</summary>
    internal static readonly string[] Names = ["workspace-missing", "member-policy"];

    [Fact]
    public Task A_break_of_the_whole_account_ends_with_its_cause_and_leaves_the_collector_byte_for_byte_as_before() => WorldSlots.RunAsync(40, async () =>
    {
        using var calls = new CallRecorder();
        await using var world = await TwinWorld.StartAsync(new WorldOptions(), calls, _ => { }, TestContext.Current.CancellationToken);
        var workflows = new Workflows(world);
        foreach (var planted in Names.Select(name => BreakCatalogue.Find(name)!))
        {
            var arn = await workflows.SettledClusterAsync($"broken-{planted.Name}", new ClusterBehaviour());
            var before = workflows.Fingerprint(arn);
            await planted.Tampering!.PlantAsync(world, planted.Name, TestContext.Current.CancellationToken);

            var execution = await workflows.OnboardAsync(arn);

            Assert.Equal(planted.Cause, (string?)execution.Record?["cause"]);
            Assert.Equal("Blocked", (string?)execution.Record?["outcome"]);
            Assert.NotEmpty(before);
            Assert.Equal(before, workflows.Fingerprint(arn));
            Assert.Empty(workflows.Elevations(arn));
            Assert.Empty(world.ClusterOf(arn).Faults);
        }
    });
}
