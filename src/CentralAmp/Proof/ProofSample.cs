using CentralAmp.RemoteWrite;

namespace CentralAmp.Proof;

/// <summary>The one sample that the proof writes.</summary>
public static class ProofSample
{
    public static byte[] Body(ClusterLabels labels, DateTimeOffset at) => RemoteWriteBody.Of([Of(labels, at)]);

    internal static HubSample Of(ClusterLabels labels, DateTimeOffset at) => new(HubMetrics.Proof, labels, Value: 1, at);
}
