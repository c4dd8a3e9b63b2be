using CentralAmp.Aws;
using CentralAmp.Clusters;

namespace CentralAmp.Trust;

/// <summary>The part of one account's IAM that trust needs.</summary>
public interface ITrustStore : IDisposable
{
    /// <summary>Three reads; fewer without a role or without a provider.</summary>
    Task<ObservedTrust> ObserveAsync(DesiredTrust desired, CancellationToken cancellationToken);

    /// <summary>One read; null without such a role.</summary>
    Task<ObservedRole?> FindRoleAsync(string roleName, CancellationToken cancellationToken);

    /// <summary>False if another execution created the resource first, or deleted it: observe again.</summary>
    Task<bool> ActAsync(TrustAction action, DesiredTrust desired, CancellationToken cancellationToken);

    /// <summary>ARNs of the account's OIDC providers: their quota is small.</summary>
    Task<IReadOnlyList<string>> ListProvidersAsync(CancellationToken cancellationToken);
}

/// <summary>The trust stores of hub and member accounts.</summary>
public interface ITrustStores
{
    /// <summary>Shared: disposing it does nothing.</summary>
    ITrustStore Hub { get; }

    /// <summary>The cluster's account, as one of the member roles. The caller disposes it.</summary>
    Task<ITrustStore> MemberAsync(ClusterReference cluster, MemberRole role, ExecutionReference execution, CancellationToken cancellationToken);
}
