using Amazon.EKS.Model;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Collectors;

/// <summary>Reads EKS Pod Identity associations: roles of service accounts that need no annotation.</summary>
public interface IPodIdentities
{
    /// <returns>ARN of the association; null if there is none.</returns>
    Task<string?> FindAsync(
        ClusterReference cluster, string @namespace, string serviceAccount, ExecutionReference execution, CancellationToken cancellationToken);
}

/// <summary>Reads associations from EKS with the member role.</summary>
public sealed class EksPodIdentities(AwsClients clients) : IPodIdentities
{
    public async Task<string?> FindAsync(
        ClusterReference cluster, string @namespace, string serviceAccount, ExecutionReference execution, CancellationToken cancellationToken)
    {
        using var eks = await clients.MemberEksAsync(cluster, MemberRole.Looking, execution, cancellationToken);
        try
        {
            // A service account has at most one association, so there is no second page.
            var answer = await eks.ListPodIdentityAssociationsAsync(
                new ListPodIdentityAssociationsRequest { ClusterName = cluster.Name, Namespace = @namespace, ServiceAccount = serviceAccount }, cancellationToken);
            return answer.Associations?.FirstOrDefault()?.AssociationArn;
        }
        catch (ResourceNotFoundException e)
        {
            throw new BlockedException(
                Causes.ClusterNotFound, $"While listing pod identities of {cluster}: the cluster does not exist any more ({e.Message}).", "None, if it was deleted.", e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"listing pod identities of {cluster}", CallSide.Member, out var failure))
        {
            throw failure;
        }
    }
}
