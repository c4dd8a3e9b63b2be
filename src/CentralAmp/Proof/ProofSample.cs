using CentralAmp.Delivery;

namespace CentralAmp.Proof;

/// <summary>The one sample that the proof writes.</summary>
public static class ProofSample
{
    public const string MetricName = "central_amp_onboarding_proof";

    public static byte[] Body(ClusterLabels labels, DateTimeOffset at) => RemoteWriteBody.Of([Of(labels, at)]);

    internal static HubSample Of(ClusterLabels labels, DateTimeOffset at) => new(MetricName, labels, Value: 1, at);
}
