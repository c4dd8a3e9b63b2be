using CentralAmp.Clusters;

namespace CentralAmp.Delivery;

/// <summary>The labels that say where a series came from.</summary>
/// <param name="Cluster">Unique in the organization by construction: AMP elects one HA replica per value and drops the rest.</param>
public sealed record ClusterLabels(string Cluster, string ClusterName, string AccountId, string Region)
{
    /// <summary>In the byte order of their names, which remote_write demands.</summary>
    public IReadOnlyList<(string Name, string Value)> All =>
        [("account_id", AccountId), ("cluster", Cluster), ("cluster_name", ClusterName), ("region", Region)];

    public static ClusterLabels Of(ClusterReference cluster) =>
        new($"{cluster.Name}.{cluster.Region}.{cluster.AccountId}", cluster.Name, cluster.AccountId, cluster.Region);
}
