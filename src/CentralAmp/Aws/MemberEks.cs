using Amazon.EKS;
using Amazon.EKS.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Aws;

/// <summary>Calls of EKS' API in a cluster's account, with one of the member roles.</summary>
internal static class MemberEks
{
    /// <param name="doing">The action, for sentences: "creating the access entry".</param>
    /// <exception cref="WorkflowException">EKS refused the call. Blocked with ClusterNotFound if the cluster does not exist.</exception>
    public static async Task<T> CallAsync<T>(
        AwsClients clients, ClusterReference cluster, MemberRole role, ExecutionReference execution, string doing, Func<IAmazonEKS, Task<T>> call, CancellationToken cancellationToken)
    {
        using var eks = await clients.MemberEksAsync(cluster, role, execution, cancellationToken);
        try
        {
            return await call(eks);
        }
        catch (ResourceNotFoundException e)
        {
            throw new BlockedException(Causes.ClusterNotFound, $"While {doing} in {cluster}: the cluster does not exist any more ({e.Message}).", "None, if it was deleted.", e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"{doing} in {cluster}", CallSide.Member, out var failure))
        {
            throw failure;
        }
    }
}
