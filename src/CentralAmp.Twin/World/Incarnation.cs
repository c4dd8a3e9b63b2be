using CentralAmp.Twin.Aws.Eks;

namespace CentralAmp.Twin.World;

/// <summary>One cluster, not its name: an ARN is used again after a deletion.</summary>
/// <param name="CreatedAt">DescribeCluster's, in epoch milliseconds.</param>
public sealed record Incarnation(string ClusterArn, long CreatedAt)
{
    public static Incarnation Of(EksCluster cluster) => new(cluster.Arn, cluster.CreatedAt.ToUnixTimeMilliseconds());
}
