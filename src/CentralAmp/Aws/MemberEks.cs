using Amazon.EKS;
using Amazon.EKS.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Aws;

/// <summary>EKS' API in a cluster's account, as the member role.</summary>
internal static class MemberEks
{
    /// <param name="doing">What it is for: "creating the access entry".</param>
    /// <exception cref="WorkflowException">What EKS refuses; a cluster that is gone is Blocked.</exception>
    public static async Task<T> CallAsync<T>(
        AwsClients clients, ClusterReference cluster, ExecutionReference execution, string doing, Func<IAmazonEKS, Task<T>> call, CancellationToken cancellationToken)
    {
        using var eks = await clients.MemberEksAsync(cluster, execution, cancellationToken);
        try
        {
            return await call(eks);
        }
        catch (ResourceNotFoundException e)
        {
            throw new BlockedException(Causes.ClusterNotFound, $"While {doing} in {cluster}: it is gone ({e.Message}).", "None, if it was deleted.", e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"{doing} in {cluster}", CallSide.Member, out var failure))
        {
            throw failure;
        }
    }
}
