using CentralAmp.Failures;

namespace CentralAmp.Verification;

/// <summary>The cluster's own samples in the workspace.</summary>
/// <param name="Series">Series with the cluster's label; absent when the workspace refused to count them.</param>
public sealed record VerifyIngestResult(long? Series, DateTimeOffset NewestSampleAt);

/// <summary>Decides whether the cluster's samples arrive in the workspace. Pure.</summary>
internal static class VerificationDecider
{
    /// <summary>Lookback of an instant query, and more than any usual scrape interval.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    /// <param name="deliveredAt">Null when nothing was delivered: then recent samples are enough.</param>
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
            "None if the error is transient; otherwise read the log of the Prometheus container for 'remote_write': no connection to aps-workspaces and sts, "
            + "throttling, or no target with the metric 'up'."));
    }
}
