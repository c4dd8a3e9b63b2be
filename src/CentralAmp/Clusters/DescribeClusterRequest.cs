namespace CentralAmp.Clusters;

public sealed record DescribeClusterRequest(ExecutionReference Execution, ClusterReference Cluster);
