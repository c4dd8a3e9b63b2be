using System.Security.Cryptography;
using System.Text;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Proof;

/// <summary>The one sample that the proof writes.</summary>
public static class ProofSample
{
    public static byte[] Body(ClusterLabels labels, ExecutionReference execution, DateTimeOffset at) => RemoteWriteBody.Of([Of(labels, execution, at)]);

    internal static HubSample Of(ClusterLabels labels, ExecutionReference execution, DateTimeOffset at) =>
        new(HubMetrics.Proof, labels, (HubMetrics.Execution, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(execution.Id)))[..12]), Value: 1, at);
}
