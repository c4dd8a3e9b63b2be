namespace CentralAmp.Verification;

/// <summary>The cluster's own samples as seen in the workspace.</summary>
public sealed record VerifyIngestResult
{
    /// <summary>Series with the cluster's label; absent when the workspace refused to count them.</summary>
    public long? Series { get; init; }

    public required DateTimeOffset NewestSampleAt { get; init; }
}
