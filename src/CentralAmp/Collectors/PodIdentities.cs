using Amazon.EKS.Model;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Collectors;

/// <summary>EKS Pod Identity: roles of service accounts that no annotation shows.</summary>
public interface IPodIdentities
{
    /// <returns>ARN of the association; null without one.</returns>
    Task<string?> FindAsync(
        ClusterReference cluster, string @namespace, string serviceAccount, ExecutionReference execution, CancellationToken cancellationToken);
}

/// <summary>Asks EKS, as the member role.</summary>
public sealed class EksPodIdentities(AwsClients clients) : IPodIdentities
{
    public async Task<string?> FindAsync(
        ClusterReference cluster, string @namespace, string serviceAccount, ExecutionReference execution, CancellationToken cancellationToken)
    {
        using var eks = await clients.MemberEksAsync(cluster, execution, cancellationToken);
        try
        {
            // At most one for a service account, so there is no second page.
            var answer = await eks.ListPodIdentityAssociationsAsync(
                new ListPodIdentityAssociationsRequest { ClusterName = cluster.Name, Namespace = @namespace, ServiceAccount = serviceAccount }, cancellationToken);
            return answer.Associations?.FirstOrDefault()?.AssociationArn;
        }
        catch (ResourceNotFoundException e)
        {
            throw new BlockedException(
                Causes.ClusterNotFound, $"While listing pod identities of {cluster}: the cluster is gone ({e.Message}).", "None, if it was deleted.", e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"listing pod identities of {cluster}", CallSide.Member, out var failure))
        {
            throw failure;
        }
    }
}
