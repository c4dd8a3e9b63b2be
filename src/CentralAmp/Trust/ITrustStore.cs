using CentralAmp.Clusters;

namespace CentralAmp.Trust;

/// <summary>The IAM of one account as trust needs it.</summary>
public interface ITrustStore : IDisposable
{
    /// <summary>Three reads; one less without the role, and one without a provider.</summary>
    Task<ObservedTrust> ObserveAsync(DesiredTrust desired, CancellationToken cancellationToken);

    /// <summary>False when another execution was faster, or took away what was to be changed: gather again.</summary>
    Task<bool> ActAsync(TrustAction action, DesiredTrust desired, CancellationToken cancellationToken);

    /// <summary>ARNs of the account's OIDC providers: their quota is small.</summary>
    Task<IReadOnlyList<string>> ListProvidersAsync(CancellationToken cancellationToken);
}

/// <summary>Where trust is kept.</summary>
public interface ITrustStores
{
    /// <summary>Shared: disposing it does nothing.</summary>
    ITrustStore Hub { get; }

    /// <summary>The cluster's account, as the member role. The caller disposes it.</summary>
    Task<ITrustStore> MemberAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);
}
