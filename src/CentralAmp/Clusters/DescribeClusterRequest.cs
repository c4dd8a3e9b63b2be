namespace CentralAmp.Clusters;

/// <param name="Reopen">An offboarded cluster is onboarded again.</param>
public sealed record DescribeClusterRequest(ExecutionReference Execution, ClusterReference Cluster, bool Reopen = false);
