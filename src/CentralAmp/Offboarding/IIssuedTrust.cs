using CentralAmp.Clusters;
using CentralAmp.Trust;

namespace CentralAmp.Offboarding;

/// <summary>Whose IAM: the hub's (<see cref="Member"/> is null), or that of a cluster's account.</summary>
public sealed record TrustAccount(ClusterReference? Member, ExecutionReference Execution)
{
    public override string ToString() => Member is null ? "the hub account" : $"account {Member.AccountId}";
}

/// <summary>IAM as far as trust is taken back. What is not there is null or false, never an error.</summary>
public interface IIssuedTrust
{
    Task<ObservedRole?> FindRoleAsync(TrustAccount account, string name, CancellationToken cancellationToken);

    Task<ObservedProvider?> FindProviderAsync(TrustAccount account, string arn, CancellationToken cancellationToken);

    /// <summary>The document of an inline policy of a role.</summary>
    Task<string?> FindPolicyAsync(TrustAccount account, string role, string policy, CancellationToken cancellationToken);

    Task<bool> PutPolicyAsync(TrustAccount account, string role, string policy, string document, CancellationToken cancellationToken);

    /// <summary>With all its inline policies.</summary>
    Task<bool> DeleteRoleAsync(TrustAccount account, string name, CancellationToken cancellationToken);

    Task<bool> DeleteProviderAsync(TrustAccount account, string arn, CancellationToken cancellationToken);
}
