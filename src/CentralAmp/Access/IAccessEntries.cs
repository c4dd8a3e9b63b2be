using CentralAmp.Clusters;

namespace CentralAmp.Access;

/// <summary>An access entry as EKS describes it.</summary>
public sealed record ObservedAccessEntry(string Type, IReadOnlyList<string> KubernetesGroups, IReadOnlyDictionary<string, string> Tags);

/// <summary>The access entry of CentralAmpMember in one cluster, and the one policy that CentralAmp associates with it.</summary>
public interface IAccessEntries
{
    /// <summary>ARN of CentralAmpMember in the cluster's account: the principal of the entry.</summary>
    string PrincipalArn(ClusterReference cluster);

    /// <summary>Null when there is none.</summary>
    Task<ObservedAccessEntry?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>False if another execution created it first.</summary>
    Task<bool> CreateAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Sets the entry's groups to CentralAmp's group.</summary>
    Task UpdateGroupsAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Whether the admin policy is associated; false too when there is no entry.</summary>
    Task<bool> IsAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Idempotent. False without an entry.</summary>
    Task<bool> AssociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Idempotent. False without an association.</summary>
    Task<bool> DisassociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Deletes the entry with its associations. False without an entry.</summary>
    Task<bool> DeleteAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);
}
