using CentralAmp.Failures;

namespace CentralAmp.Verification;

/// <summary>The cluster's own samples as seen in the workspace.</summary>
/// <param name="Series">Series with the cluster's label; absent when the workspace refused to count them.</param>
public sealed record VerifyIngestResult(long? Series, DateTimeOffset NewestSampleAt);

/// <summary>Whether what the workspace has proves that the cluster's samples arrive.</summary>
internal static class VerificationDecider
{
    /// <summary>Lookback of an instant query, and more than any usual scrape interval.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    /// <param name="deliveredAt">Null when nothing was delivered: then recent samples do.</param>
    public static (VerifyIngestResult? Result, Failure? Failure) Decide(
        IngestReading reading, string cluster, string workspaceArn, DateTimeOffset? deliveredAt, DateTimeOffset now)
    {
        var since = deliveredAt ?? now - Recent;
        if (reading.NewestSampleAt is { } newest && newest > since)
        {
            return (new VerifyIngestResult(reading.Series, newest), null);
        }

        var seen = reading.NewestSampleAt is { } old ? $"the newest is of {old:yyyy-MM-dd HH:mm:ss}Z" : "there is none at all";
        return (null, Failure.NotReady(
            Causes.NoSamples,
            $"The workspace {workspaceArn} has no sample of the cluster '{cluster}' scraped after {since:yyyy-MM-dd HH:mm:ss}Z; {seen}.",
            "None if it passes; else read the log of the Prometheus container for 'remote_write': a blocked way out to aps-workspaces and sts, "
            + "throttling, or no target with the metric 'up'."));
    }
}
