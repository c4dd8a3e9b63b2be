namespace CentralAmp.Clusters;

/// <summary>The identity of a cluster. Together with DescribeCluster's <c>createdAt</c> it excludes other clusters of the same name.</summary>
public sealed record ClusterReference(string Arn, string Partition, string AccountId, string Region, string Name)
{
    /// <summary>For sentences: <c>cluster 'x' in 123…/eu-west-1</c>.</summary>
    public override string ToString() => $"cluster '{Name}' in {AccountId}/{Region}";
}
