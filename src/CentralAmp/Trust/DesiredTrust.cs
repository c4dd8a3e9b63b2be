using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Routes;

namespace CentralAmp.Trust;

/// <summary>What one cluster shall have in one account's IAM: a role with its one policy, and perhaps the provider that it trusts.</summary>
public sealed record DesiredTrust
{
    /// <summary>What the webhook asks tokens for, and what STS answers to.</summary>
    public const string Audience = "sts.amazonaws.com";

    /// <summary>Whose account it is.</summary>
    public required CallSide Side { get; init; }

    /// <summary>The issuer exactly as read.</summary>
    public required string Issuer { get; init; }

    /// <summary>Null where the role trusts no provider: the hub's part of chained trust.</summary>
    public required string? ProviderArn { get; init; }

    public required string RoleName { get; init; }

    public required string RolePath { get; init; }

    public required string RoleArn { get; init; }

    public required string Description { get; init; }

    public required string BoundaryArn { get; init; }

    /// <summary>Who alone may assume the role: <c>system:serviceaccount:{namespace}:{name}</c>, or the ARN of the collector role.</summary>
    public required string Subject { get; init; }

    public required string TrustPolicy { get; init; }

    /// <summary>Of the role's one inline policy.</summary>
    public required string PolicyName { get; init; }

    public required string Policy { get; init; }

    public required IReadOnlyDictionary<string, string> RoleTags { get; init; }

    public required IReadOnlyDictionary<string, string> ProviderTags { get; init; }

    /// <summary>The workspace that the role was last verified with, if it is not the desired one any more.</summary>
    public string? PreviousWorkspaceOf(ObservedTrust observed) =>
        RoleTags.TryGetValue(TrustTags.WorkspaceArn, out var desired)
        && observed.Role?.Tags.GetValueOrDefault(TrustTags.WorkspaceArn) is { } verified
        && verified != desired
        && Workspace.IsArn(verified)
            ? verified
            : null;

    /// <summary>As long as samples in the new workspace are not verified, the old one stays writable and the tag names it.</summary>
    public DesiredTrust StillGranting(string previousWorkspaceArn) => this with
    {
        Policy = TrustPolicies.Ingest(RoleTags[TrustTags.WorkspaceArn], previousWorkspaceArn),
        RoleTags = new Dictionary<string, string>(RoleTags, StringComparer.Ordinal) { [TrustTags.WorkspaceArn] = previousWorkspaceArn },
    };

    /// <summary>Host and path: how IAM names a provider, and its condition keys.</summary>
    public static string IssuerName(string issuer) => issuer.StartsWith("https://", StringComparison.Ordinal) ? issuer["https://".Length..] : issuer;
}

/// <summary>Keys of the tags by which our roles and providers are told from others.</summary>
public static class TrustTags
{
    public const string ClusterArn = "central-amp:cluster-arn";
    public const string Issuer = "central-amp:issuer";
    public const string CreatedAt = "central-amp:created-at";

    /// <summary>The workspace that was last verified; on ingest roles only.</summary>
    public const string WorkspaceArn = "central-amp:workspace-arn";
}
