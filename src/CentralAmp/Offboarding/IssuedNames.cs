using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Offboarding;

/// <summary>What of one cluster's trust has which name, and how ours is told from others'. Pure.</summary>
internal static class IssuedNames
{
    /// <summary>Of the ingest role, and of the collector role in the member account.</summary>
    public static string Role(ResolveOffboardingResult resolved) => IngestRole.Name(resolved.Cluster, resolved.Described.CreatedAt);

    /// <summary>A role or provider of that name may be anyone's; only the tags of this very cluster make it ours.</summary>
    public static bool IsManaged(ResolveOffboardingResult resolved, IReadOnlyDictionary<string, string>? tags) =>
        tags is not null
        && tags.GetValueOrDefault(TrustTags.ClusterArn) == resolved.Cluster.Arn
        && tags.GetValueOrDefault(TrustTags.CreatedAt) == resolved.Described.CreatedAt.ToString(CultureInfo.InvariantCulture);

    /// <summary>A cluster's account may be the hub itself: then there is one role and one provider, and no chain.</summary>
    public static bool IsHubsOwn(ClusterReference cluster, HubSettings settings) => cluster.AccountId == settings.HubAccountId;
}
