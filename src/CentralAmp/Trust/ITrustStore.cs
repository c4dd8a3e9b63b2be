namespace CentralAmp.Trust;

/// <summary>The hub's IAM as trust needs it.</summary>
public interface ITrustStore
{
    /// <summary>Three reads, two without the role.</summary>
    Task<ObservedTrust> GatherAsync(DesiredTrust desired, CancellationToken cancellationToken);

    /// <summary>False when another execution was faster, or took away what was to be changed: gather again.</summary>
    Task<bool> ActAsync(TrustAction action, DesiredTrust desired, CancellationToken cancellationToken);

    /// <summary>How many OIDC providers the account has: their quota is small.</summary>
    Task<int> CountProvidersAsync(CancellationToken cancellationToken);
}
