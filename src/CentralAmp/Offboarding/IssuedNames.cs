using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Offboarding;

/// <summary>The names of one cluster's roles, and the signs that a role or provider is managed by CentralAmp. Pure.</summary>
internal static class IssuedNames
{
    /// <summary>The name of the ingest role, and of the collector role in the member account.</summary>
    public static string Role(ResolveOffboardingResult resolved) => IngestRole.Name(resolved.Cluster, resolved.Described.CreatedAt);

    /// <summary>Anybody can create a role or provider of that name; it is managed only with the tags of this cluster (ARN and createdAt).</summary>
    public static bool IsManaged(ResolveOffboardingResult resolved, IReadOnlyDictionary<string, string>? tags) =>
        tags is not null
        && tags.GetValueOrDefault(TrustTags.ClusterArn) == resolved.Cluster.Arn
        && tags.GetValueOrDefault(TrustTags.CreatedAt) == resolved.Described.CreatedAt.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the hub account is the cluster's account. Then there is one role, one provider and no chained trust.</summary>
    public static bool IsInHubAccount(ClusterReference cluster, HubSettings settings) => cluster.AccountId == settings.HubAccountId;
}
