namespace CentralAmp.Clusters;

/// <summary>
/// How long an execution waits between two looks. Step Functions ends an execution without a word after 25,000 events (quotas, "Maximum execution history
/// size"); a look has about 25. So the number of looks is bounded whatever the parameters say.
/// </summary>
public static class Polling
{
    /// <summary>A part of the time waited so far: the looks grow with the logarithm of that time.</summary>
    private const int LooksBeforeGrowth = 20;

    /// <summary>The looks in the whole time that an execution may be parked.</summary>
    private const int LooksWhileParked = 300;

    /// <param name="shortest">The parameter: waits are not shorter.</param>
    public static TimeSpan Wait(TimeSpan elapsed, TimeSpan shortest) => Longer(shortest, elapsed / LooksBeforeGrowth);

    /// <param name="longest">The parameter: the longest wait, unless there would be too many in <paramref name="limit"/>.</param>
    public static TimeSpan LongestParked(TimeSpan longest, TimeSpan limit) => Longer(longest, limit / LooksWhileParked);

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
