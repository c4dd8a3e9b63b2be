using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Trust;

/// <summary>IAM of the hub with the function's own credentials, of members as their member role.</summary>
/// <param name="hubRegion">IAM is global; the region names the partition.</param>
public sealed class IamTrustStores(AwsClients clients, string hubRegion) : ITrustStores
{
    // Made on first use: not every step that may need it does.
    private readonly Lazy<ITrustStore> hub = new(() => new IamTrustStore(clients.Iam(hubRegion)));

    public ITrustStore Hub => hub.Value;

    public async Task<ITrustStore> MemberAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        new IamTrustStore(await clients.MemberIamAsync(cluster, execution, cancellationToken), CallSide.Member, owned: true);
}
