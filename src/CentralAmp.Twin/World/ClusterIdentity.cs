using CentralAmp.Twin.Aws.Eks;

namespace CentralAmp.Twin.World;

/// <summary>Identifies one cluster. The ARN alone does not, because a new cluster may reuse the ARN of a deleted one.</summary>
/// <param name="CreatedAt"><c>createdAt</c> of DescribeCluster, in epoch milliseconds.</param>
public sealed record ClusterIdentity(string ClusterArn, long CreatedAt)
{
    public static ClusterIdentity Of(EksCluster cluster) => new(cluster.Arn, cluster.CreatedAt.ToUnixTimeMilliseconds());
}
