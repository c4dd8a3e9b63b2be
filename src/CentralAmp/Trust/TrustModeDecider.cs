using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Settings;

namespace CentralAmp.Trust;

/// <summary>The hub's OIDC providers.</summary>
/// <param name="HasIssuer">The cluster's issuer is one of them, so direct trust needs no further provider.</param>
public sealed record HubProviders(int Count, bool HasIssuer);

/// <summary>Which trust mode a cluster gets. Pure.</summary>
public static class TrustModeDecider
{
    /// <summary>Whether the decision depends on the number of providers in the hub.</summary>
    public static bool MustCount(ClusterReference cluster, RegistryItem? item, string asked, HubSettings settings) =>
        Given(cluster, item, asked, settings) is null;

    /// <param name="asked">The mode of the cluster's route or of the installation.</param>
    /// <param name="providers">Null unless <see cref="MustCount"/>.</param>
    public static string Decide(ClusterReference cluster, RegistryItem? item, string asked, HubProviders? providers, HubSettings settings) =>
        Given(cluster, item, asked, settings) ?? providers switch
        {
            { HasIssuer: true } => TrustModes.Direct,
            { Count: var count } when count >= settings.ProviderThreshold => TrustModes.Chained,
            _ => TrustModes.Direct,
        };

    private static string? Given(ClusterReference cluster, RegistryItem? item, string asked, HubSettings settings) => (item, asked) switch
    {
        // In the hub account both roles would have the same name, and the provider would be in the hub in either mode.
        _ when cluster.AccountId == settings.HubAccountId => TrustModes.Direct,
        // A cluster keeps the mode that it has. Items of older versions have no mode: they are direct.
        ({ RoleArn: not null, IsTombstone: false } onboarded, _) => onboarded.TrustMode ?? TrustModes.Direct,
        (_, TrustModes.Auto) => null,
        _ => asked,
    };
}
