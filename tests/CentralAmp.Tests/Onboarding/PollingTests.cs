using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Deliveries;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Onboarding;

/// <summary>An execution ends by its own limit, far from the 25,000 events after which Step Functions ends it.</summary>
public sealed class PollingTests
{
    /// <summary>With about 25 events each.</summary>
    private const int MostLooks = 400;

    [Theory]
    [InlineData(60, 7)]
    [InlineData(1, 7)]
    [InlineData(1, 365)]
    public void A_cluster_that_stays_UPDATING_is_looked_at_a_bounded_number_of_times(int pollSeconds, int limitDays)
    {
        var settings = Some.Settings with { ActivePoll = TimeSpan.FromSeconds(pollSeconds), ParkLimit = TimeSpan.FromDays(limitDays) };
        Assert.InRange(
            Looks(settings.ParkLimit, elapsed => ClusterAdmission.Decide(Some.Cluster(), Some.Observed with { Status = "UPDATING" }, elapsed, settings).WaitSeconds), 20, MostLooks);
    }

    [Theory]
    [InlineData(60, 3600, 7)]
    [InlineData(1, 1, 7)]
    [InlineData(1, 5, 365)]
    public async Task A_parked_cluster_is_looked_at_a_bounded_number_of_times(int firstSeconds, int mostSeconds, int limitDays)
    {
        using var run = new DeliveryRun();
        run.Cluster.Objects.Delete(DeliveryRun.Stack);
        run.Settings = run.Settings with
        {
            ParkFirst = TimeSpan.FromSeconds(firstSeconds), ParkMax = TimeSpan.FromSeconds(mostSeconds), ParkLimit = TimeSpan.FromDays(limitDays),
        };
        var looks = 0;
        for (run.Elapsed = TimeSpan.Zero; run.Elapsed < run.Settings.ParkLimit; looks++)
        {
            var plan = await run.PlanAsync();
            Assert.Equal(PlanNext.Park, plan.Next);
            run.Elapsed += TimeSpan.FromSeconds(plan.WaitSeconds);
        }

        Assert.InRange(looks, 20, MostLooks);
    }

    [Fact]
    public void The_first_minutes_are_polled_as_the_parameter_says() =>
        Assert.Equal(TimeSpan.FromSeconds(60), Polling.Wait(TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(60)));

    private static int Looks(TimeSpan limit, Func<TimeSpan, int> waitSeconds)
    {
        var looks = 0;
        for (var elapsed = TimeSpan.Zero; elapsed < limit; looks++)
        {
            elapsed += TimeSpan.FromSeconds(waitSeconds(elapsed));
        }

        return looks;
    }
}
