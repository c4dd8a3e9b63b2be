namespace CentralAmp.Trust;

/// <summary>The resources in IAM that have the desired names; null where there is none.</summary>
/// <param name="Policy">The role's inline policy of the desired name.</param>
public sealed record ObservedTrust(ObservedProvider? Provider, ObservedRole? Role, string? Policy);

public sealed record ObservedProvider(IReadOnlyList<string> ClientIds, IReadOnlyDictionary<string, string> Tags);

/// <param name="TrustPolicy">As IAM returns it, URL-encoded or not.</param>
/// <param name="BoundaryArn">Empty without a boundary.</param>
public sealed record ObservedRole(string Arn, string TrustPolicy, string BoundaryArn, IReadOnlyDictionary<string, string> Tags);
