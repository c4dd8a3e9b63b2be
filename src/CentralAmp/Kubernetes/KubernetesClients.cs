using CentralAmp.Aws;
using CentralAmp.Clusters;

namespace CentralAmp.Kubernetes;

/// <summary>Connects to clusters with the member role of their account.</summary>
public sealed class KubernetesClients(MemberAccounts members, TimeProvider time) : IKubernetesClients
{
    public async Task<IKubernetes> ConnectAsync(
        ClusterReference cluster, ClusterDescription described, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var credentials = await members.AssumeAsync(cluster, MemberRole.Looking, execution, cancellationToken);
        var token = EksToken.Create(cluster, credentials, time.GetUtcNow());
        var limits = EndpointLimits.Default;
        return new KubernetesClient(cluster, ClusterConnection.Open(described, token, limits), limits, described.EndpointAccess ?? "");
    }
}
