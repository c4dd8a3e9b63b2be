using Amazon.EKS;
using Amazon.EKS.Model;
using CentralAmp.Aws;
using CentralAmp.Clusters;

namespace CentralAmp.Access;

/// <summary>The access entry of the member role that looks, by EKS' API: read with that role, changed with the one that manages.</summary>
public sealed class EksAccessEntries(AwsClients clients, MemberAccounts members) : IAccessEntries
{
    /// <summary>The only policy that may create RBAC objects with more rights than its holder has.</summary>
    private const string AdminPolicy = "AmazonEKSClusterAdminPolicy";

    public string PrincipalArn(ClusterReference cluster) => members.RoleArn(cluster);

    public Task<ObservedAccessEntry?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        ReadAsync(cluster, execution, "describing the access entry", async eks =>
        {
            try
            {
                var answer = await eks.DescribeAccessEntryAsync(
                    new DescribeAccessEntryRequest { ClusterName = cluster.Name, PrincipalArn = members.RoleArn(cluster) }, cancellationToken);
                var entry = answer.AccessEntry;
                return new ObservedAccessEntry(entry.Type ?? "", entry.KubernetesGroups ?? [], entry.Tags ?? []);
            }
            catch (ResourceNotFoundException)
            {
                return null;
            }
        }, cancellationToken);

    public Task<bool> CreateAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        ChangeAsync(cluster, execution, "creating the access entry", async eks =>
        {
            try
            {
                await eks.CreateAccessEntryAsync(
                    new CreateAccessEntryRequest
                    {
                        ClusterName = cluster.Name,
                        PrincipalArn = members.RoleArn(cluster),
                        Type = "STANDARD",
                        KubernetesGroups = [AccessEntryDecision.Group],
                        Tags = new() { [AccessEntryDecision.ClusterTag] = cluster.Arn },
                    },
                    cancellationToken);
                return true;
            }
            catch (ResourceInUseException)
            {
                return false;
            }
        }, cancellationToken);

    public Task UpdateGroupsAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        ChangeAsync(
            cluster,
            execution,
            "updating the groups of the access entry",
            eks => eks.UpdateAccessEntryAsync(
                new UpdateAccessEntryRequest
                {
                    ClusterName = cluster.Name,
                    PrincipalArn = members.RoleArn(cluster),
                    KubernetesGroups = [AccessEntryDecision.Group],
                },
                cancellationToken),
            cancellationToken);

    public Task<bool> IsAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        ReadAsync(cluster, execution, "listing the policies of the access entry", async eks =>
        {
            try
            {
                var answer = await eks.ListAssociatedAccessPoliciesAsync(
                    new ListAssociatedAccessPoliciesRequest { ClusterName = cluster.Name, PrincipalArn = members.RoleArn(cluster) }, cancellationToken);
                return answer.AssociatedAccessPolicies?.Any(policy => policy.PolicyArn == AdminPolicyArn(cluster)) == true;
            }
            catch (AmazonEKSException e) when (HasNoEntry(e))
            {
                return false;
            }
        }, cancellationToken);

    public Task<bool> AssociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        ChangeAsync(cluster, execution, "associating the admin policy", async eks =>
        {
            try
            {
                await eks.AssociateAccessPolicyAsync(
                    new AssociateAccessPolicyRequest
                    {
                        ClusterName = cluster.Name,
                        PrincipalArn = members.RoleArn(cluster),
                        PolicyArn = AdminPolicyArn(cluster),
                        AccessScope = new AccessScope { Type = AccessScopeType.Cluster },
                    },
                    cancellationToken);
                return true;
            }
            catch (ResourceNotFoundException)
            {
                return false;
            }
        }, cancellationToken);

    public Task<bool> DisassociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        ChangeAsync(cluster, execution, "disassociating the admin policy", async eks =>
        {
            try
            {
                await eks.DisassociateAccessPolicyAsync(
                    new DisassociateAccessPolicyRequest
                    {
                        ClusterName = cluster.Name,
                        PrincipalArn = members.RoleArn(cluster),
                        PolicyArn = AdminPolicyArn(cluster),
                    },
                    cancellationToken);
                return true;
            }
            catch (AmazonEKSException e) when (HasNoEntry(e))
            {
                return false;
            }
        }, cancellationToken);

    public Task<bool> DeleteAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        ChangeAsync(cluster, execution, "deleting the access entry", async eks =>
        {
            try
            {
                await eks.DeleteAccessEntryAsync(
                    new DeleteAccessEntryRequest { ClusterName = cluster.Name, PrincipalArn = members.RoleArn(cluster) }, cancellationToken);
                return true;
            }
            catch (ResourceNotFoundException)
            {
                return false;
            }
        }, cancellationToken);

    /// <summary>No cluster, no entry, no association; or a cluster without support for entries, for which EKS returns InvalidRequestException.</summary>
    private static bool HasNoEntry(AmazonEKSException e) => e is ResourceNotFoundException or InvalidRequestException;

    private static string AdminPolicyArn(ClusterReference cluster) => $"arn:{cluster.Partition}:eks::aws:cluster-access-policy/{AdminPolicy}";

    private Task<T> ReadAsync<T>(
        ClusterReference cluster, ExecutionReference execution, string doing, Func<IAmazonEKS, Task<T>> call, CancellationToken cancellationToken) =>
        CallAsync(cluster, MemberRole.Looking, execution, doing, call, cancellationToken);

    private Task<T> ChangeAsync<T>(
        ClusterReference cluster, ExecutionReference execution, string doing, Func<IAmazonEKS, Task<T>> call, CancellationToken cancellationToken) =>
        CallAsync(cluster, MemberRole.Managing, execution, doing, call, cancellationToken);

    private Task<T> CallAsync<T>(
        ClusterReference cluster, MemberRole role, ExecutionReference execution, string doing, Func<IAmazonEKS, Task<T>> call, CancellationToken cancellationToken) =>
        MemberEks.CallAsync(clients, cluster, role, execution, $"{doing} of CentralAmpMember", call, cancellationToken);
}
