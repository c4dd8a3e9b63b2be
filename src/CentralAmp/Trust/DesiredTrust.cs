using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Routes;

namespace CentralAmp.Trust;

/// <summary>The desired state of one cluster in the IAM of one account: a role with its one policy, and the provider that the role trusts, if any.</summary>
public sealed record DesiredTrust
{
    /// <summary>The audience of the tokens that the pod identity webhook requests, and that STS accepts.</summary>
    public const string Audience = "sts.amazonaws.com";

    /// <summary>Hub or member account.</summary>
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

    /// <summary>The only principal that may assume the role: <c>system:serviceaccount:{namespace}:{name}</c>, or the ARN of the collector role.</summary>
    public required string Subject { get; init; }

    public required string TrustPolicy { get; init; }

    /// <summary>Name of the role's one inline policy.</summary>
    public required string PolicyName { get; init; }

    public required string Policy { get; init; }

    public required IReadOnlyDictionary<string, string> RoleTags { get; init; }

    public required IReadOnlyDictionary<string, string> ProviderTags { get; init; }

    /// <summary>The workspace of the last verification, if it differs from the desired one; otherwise null.</summary>
    public string? PreviousWorkspaceOf(ObservedTrust observed) =>
        RoleTags.TryGetValue(TrustTags.WorkspaceArn, out var desired)
        && observed.Role?.Tags.GetValueOrDefault(TrustTags.WorkspaceArn) is { } verified
        && verified != desired
        && Workspace.IsArn(verified)
            ? verified
            : null;

    /// <summary>Until samples in the new workspace are verified, the role may also write to the old one, and the tag names the old one.</summary>
    public DesiredTrust StillGranting(string previousWorkspaceArn) => this with
    {
        Policy = TrustPolicies.Ingest(RoleTags[TrustTags.WorkspaceArn], previousWorkspaceArn),
        RoleTags = new Dictionary<string, string>(RoleTags, StringComparer.Ordinal) { [TrustTags.WorkspaceArn] = previousWorkspaceArn },
    };

    /// <summary>Host and path of the issuer: the name of the provider in IAM, and the prefix of its condition keys.</summary>
    public static string IssuerName(string issuer) => issuer.StartsWith("https://", StringComparison.Ordinal) ? issuer["https://".Length..] : issuer;
}

/// <summary>Keys of the tags on roles and providers that CentralAmp manages.</summary>
public static class TrustTags
{
    public const string ClusterArn = "central-amp:cluster-arn";
    public const string Issuer = "central-amp:issuer";
    public const string CreatedAt = "central-amp:created-at";

    /// <summary>The workspace that was last verified; on ingest roles only.</summary>
    public const string WorkspaceArn = "central-amp:workspace-arn";
}
