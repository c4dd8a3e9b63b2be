using CentralAmp.Clusters;
using CentralAmp.Settings;

namespace CentralAmp.RemoteWrite;

/// <summary>The labels that identify the cluster of a series.</summary>
/// <param name="Cluster">Unique in the organization by construction: AMP elects one HA replica per value and drops the rest.</param>
public sealed record ClusterLabels(string Cluster, string ClusterName, string AccountId, string Region)
{
    /// <summary>In the byte order of their names, as remote_write requires.</summary>
    public IReadOnlyList<(string Name, string Value)> All =>
        [("account_id", AccountId), ("cluster", Cluster), ("cluster_name", ClusterName), ("region", Region)];

    /// <param name="format">Value of the label <c>cluster</c>, with the placeholders {name}, {region} and {account}.</param>
    public static ClusterLabels Of(ClusterReference cluster, string format = HubSettings.DefaultClusterLabelFormat) => new(
        format
            .Replace("{name}", cluster.Name, StringComparison.Ordinal)
            .Replace("{region}", cluster.Region, StringComparison.Ordinal)
            .Replace("{account}", cluster.AccountId, StringComparison.Ordinal),
        cluster.Name,
        cluster.AccountId,
        cluster.Region);
}
