namespace CentralAmp.Trust;

/// <summary>Whether the RBAC that lets us write exactly the planned objects is in place.</summary>
public enum WritingAccess
{
    Missing,
    Allowed,
}

/// <summary>The ingest role and the provider that it trusts.</summary>
public sealed record EnsureTrustResult
{
    public required Change Change { get; init; }

    public required string RoleArn { get; init; }

    public required string ProviderArn { get; init; }

    public required WritingAccess Writing { get; init; }
}
