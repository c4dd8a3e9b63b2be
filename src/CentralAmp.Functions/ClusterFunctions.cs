using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;
using CentralAmp.Clusters;
using CentralAmp.Onboarding;

namespace CentralAmp.Functions;

/// <summary>Functions that identify and describe the cluster.</summary>
public sealed class ClusterFunctions(StepEdge edge)
{
    [LambdaFunction]
    public Task<ResolveClusterResult> ResolveCluster([FromServices] ResolveClusterStep step, ResolveClusterRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<ClusterDescription> DescribeCluster([FromServices] DescribeClusterStep step, DescribeClusterRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));
}
