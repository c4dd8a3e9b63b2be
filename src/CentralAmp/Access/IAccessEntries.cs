using CentralAmp.Clusters;

namespace CentralAmp.Access;

/// <summary>An access entry as EKS describes it.</summary>
public sealed record ObservedAccessEntry(string Type, IReadOnlyList<string> KubernetesGroups, IReadOnlyDictionary<string, string> Tags);

/// <summary>The access entry of CentralAmpMember in one cluster, and the one policy that is ever associated with it.</summary>
public interface IAccessEntries
{
    /// <summary>Null when there is none.</summary>
    Task<ObservedAccessEntry?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>False when another execution was faster.</summary>
    Task<bool> CreateAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Sets the entry's groups to ours.</summary>
    Task UpdateGroupsAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Whether the admin policy is associated; false too when there is no entry.</summary>
    Task<bool> IsAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Idempotent. False when there is no entry (yet).</summary>
    Task<bool> AssociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Idempotent. False when there was nothing to disassociate.</summary>
    Task<bool> DisassociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>With everything associated to it. False when there was none.</summary>
    Task<bool> DeleteAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);
}
