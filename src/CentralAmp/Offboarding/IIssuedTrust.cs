using CentralAmp.Clusters;
using CentralAmp.Trust;

namespace CentralAmp.Offboarding;

/// <summary>The account whose IAM is meant: the hub account (<see cref="Member"/> is null) or the account of a cluster.</summary>
public sealed record TrustAccount(ClusterReference? Member, ExecutionReference Execution)
{
    public override string ToString() => Member is null ? "the hub account" : $"account {Member.AccountId}";
}

/// <summary>The IAM calls that remove trust. A missing resource is null or false, never an error.</summary>
public interface IIssuedTrust
{
    Task<ObservedRole?> FindRoleAsync(TrustAccount account, string name, CancellationToken cancellationToken);

    Task<ObservedProvider?> FindProviderAsync(TrustAccount account, string arn, CancellationToken cancellationToken);

    /// <returns>The document of the role's inline policy, URL-encoded as IAM returns it.</returns>
    Task<string?> FindPolicyAsync(TrustAccount account, string role, string policy, CancellationToken cancellationToken);

    Task<bool> PutPolicyAsync(TrustAccount account, string role, string policy, string document, CancellationToken cancellationToken);

    /// <summary>Deletes the role and all its inline policies.</summary>
    Task<bool> DeleteRoleAsync(TrustAccount account, string name, CancellationToken cancellationToken);

    Task<bool> DeleteProviderAsync(TrustAccount account, string arn, CancellationToken cancellationToken);
}
