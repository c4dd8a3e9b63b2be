using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Planning;
using CentralAmp.Settings;

namespace CentralAmp.Trust;

/// <summary>Provider, role and policies as they shall be for one cluster and its collector (trust mode <c>direct</c>).</summary>
public sealed record DesiredTrust
{
    /// <summary>What the webhook asks tokens for, and what STS answers to.</summary>
    public const string Audience = "sts.amazonaws.com";

    /// <summary>The issuer exactly as read.</summary>
    public required string Issuer { get; init; }

    public required string ProviderArn { get; init; }

    public required string RoleName { get; init; }

    public required string RolePath { get; init; }

    public required string RoleArn { get; init; }

    public required string BoundaryArn { get; init; }

    /// <summary><c>system:serviceaccount:{namespace}:{name}</c></summary>
    public required string Subject { get; init; }

    public required string TrustPolicy { get; init; }

    public required string IngestPolicy { get; init; }

    public required IReadOnlyDictionary<string, string> RoleTags { get; init; }

    public required IReadOnlyDictionary<string, string> ProviderTags { get; init; }

    public static DesiredTrust For(
        ClusterReference cluster, ClusterDescription described, OnboardingPlan plan, Collector collector, HubSettings settings)
    {
        var providerArn = $"arn:{cluster.Partition}:iam::{settings.HubAccountId}:oidc-provider/{IssuerName(described.Issuer)}";
        var subject = $"system:serviceaccount:{collector.Namespace}:{collector.ServiceAccount}";
        var tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [TrustTags.ClusterArn] = cluster.Arn,
            [TrustTags.Issuer] = described.Issuer,
            [TrustTags.CreatedAt] = described.CreatedAt.ToString(CultureInfo.InvariantCulture),
        };
        return new DesiredTrust
        {
            Issuer = described.Issuer,
            ProviderArn = providerArn,
            RoleName = plan.IngestRoleName,
            RolePath = settings.RolePath,
            RoleArn = IngestRole.Arn(cluster, plan.IngestRoleName, settings),
            BoundaryArn = settings.BoundaryArn,
            Subject = subject,
            TrustPolicy = TrustPolicies.Trust(providerArn, IssuerName(described.Issuer), subject),
            IngestPolicy = TrustPolicies.Ingest(plan.WorkspaceArn),
            ProviderTags = tags,
            RoleTags = new Dictionary<string, string>(tags, StringComparer.Ordinal) { [TrustTags.WorkspaceArn] = plan.WorkspaceArn },
        };
    }

    /// <summary>Host and path: how IAM names a provider, and its condition keys.</summary>
    public static string IssuerName(string issuer) => issuer.StartsWith("https://", StringComparison.Ordinal) ? issuer["https://".Length..] : issuer;
}

/// <summary>Keys of the tags by which our roles and providers are told from others.</summary>
public static class TrustTags
{
    public const string ClusterArn = "central-amp:cluster-arn";
    public const string Issuer = "central-amp:issuer";
    public const string CreatedAt = "central-amp:created-at";
    public const string WorkspaceArn = "central-amp:workspace-arn";
}
