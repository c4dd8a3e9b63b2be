namespace CentralAmp.RemoteWrite;

/// <summary>Names of the metrics that the hub itself writes into a workspace.</summary>
public static class HubMetrics
{
    /// <summary>One sample before anything in a cluster is changed: the collector's identity can write.</summary>
    public const string Proof = "central_amp_onboarding_proof";

    /// <summary>1: samples of the cluster should arrive. 0: no longer. The alert for silent clusters reads the last one.</summary>
    public const string Expected = "central_amp_expected";
}
