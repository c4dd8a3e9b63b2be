using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Sweep;

/// <summary>All tests share the heap, so memory of parallel tests would count as memory of the sweep.</summary>
[CollectionDefinition(nameof(SweepMemoryTests), DisableParallelization = true)]
[Collection(nameof(SweepMemoryTests))]
public sealed class SweepMemoryTests
{
    [Fact]
    public async Task Memory_stays_flat_from_a_hundred_to_a_thousand_clusters()
    {
        using var sweep = new SweepWalk(SweepWalk.Of(1000), Some.Settings);
        await sweep.InspectAsync(sweep.Fleet.Take(100));
        var after100 = Held(sweep);
        await sweep.InspectAsync(sweep.Fleet.Skip(100));
        // 900 more clusters: a kilobyte that a sweep kept for each would exceed the limit.
        Assert.InRange(Held(sweep) - after100, long.MinValue, 900 * 1024);
    }

    private static long Held(SweepWalk sweep)
    {
        sweep.Registry.Writes.Clear();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
