using CentralAmp.Clusters;

namespace CentralAmp.Planning;

/// <summary>EKS Pod Identity: roles of service accounts that no annotation shows.</summary>
public interface IPodIdentities
{
    /// <returns>ARN of the association; null without one.</returns>
    Task<string?> FindAsync(
        ClusterReference cluster, string @namespace, string serviceAccount, ExecutionReference execution, CancellationToken cancellationToken);
}
