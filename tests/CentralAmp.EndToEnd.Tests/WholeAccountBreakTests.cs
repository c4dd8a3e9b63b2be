namespace CentralAmp.EndToEnd.Tests;

/// <summary>Breaks that affect every cluster of a twin. They run in a separate twin.</summary>
public sealed class WholeAccountBreakTests(ManagedWorld world)
{
    internal static string[] Names => ManagedWorld.Breaks;

    [Fact]
    public async Task A_break_of_the_whole_account_ends_with_its_cause_and_leaves_the_collector_byte_for_byte_as_before()
    {
        var broken = (await world.RunAsync()).Broken;

        Assert.Equal(Names, broken.Select(item => item.Run.Planted.Name));
        Assert.All(broken, item =>
        {
            Assert.Equal(("Blocked", item.Run.Planted.Cause), ((string?)item.Run.Execution.Record?["outcome"], (string?)item.Run.Execution.Record?["cause"]));
            Assert.NotEmpty(item.Run.Before);
            Assert.Equal(item.Run.Before, item.Run.After);
            Assert.Equal((0, 0), (item.Elevations, item.Faults));
        });
    }
}
