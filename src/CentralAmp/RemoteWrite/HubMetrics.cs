namespace CentralAmp.RemoteWrite;

/// <summary>Names of the metrics that the hub writes into a workspace.</summary>
public static class HubMetrics
{
    /// <summary>One sample, written with the collector's identity before CentralAmp changes anything in the cluster.</summary>
    public const string Proof = "central_amp_onboarding_proof";

    /// <summary>Label of <see cref="Proof"/>: the execution, so that each one has a series of its own, and nobody's newer sample can stand for it.</summary>
    public const string Execution = "execution";

    /// <summary>1: the cluster is expected to send samples. 0: no longer. The alert for silent clusters reads the last sample.</summary>
    public const string Expected = "central_amp_expected";

    /// <summary>Label of <see cref="Expected"/>: the id of the hub's stack, which no collector knows, because collectors can read neither metrics nor rules.</summary>
    public const string Hub = "hub";
}
