namespace CentralAmp.Trust;

/// <summary>What IAM has under the names that are desired; null where there is nothing.</summary>
/// <param name="Policy">The role's inline policy of our name.</param>
public sealed record ObservedTrust(ObservedProvider? Provider, ObservedRole? Role, string? Policy);

public sealed record ObservedProvider(IReadOnlyList<string> ClientIds, IReadOnlyDictionary<string, string> Tags);

/// <param name="TrustPolicy">As IAM hands it out, encoded or not.</param>
/// <param name="BoundaryArn">Empty if it has none.</param>
public sealed record ObservedRole(string Arn, string TrustPolicy, string BoundaryArn, IReadOnlyDictionary<string, string> Tags);
