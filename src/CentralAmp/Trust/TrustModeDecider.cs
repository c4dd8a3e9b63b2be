using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Settings;

namespace CentralAmp.Trust;

/// <summary>The hub's OIDC providers.</summary>
/// <param name="HasIssuer">The cluster's issuer is among them: direct trust costs no further one.</param>
public sealed record HubProviders(int Count, bool HasIssuer);

/// <summary>Which trust mode a cluster gets. Pure.</summary>
public static class TrustModeDecider
{
    /// <summary>Whether the decision hangs on how many providers the hub has.</summary>
    public static bool MustCount(ClusterReference cluster, RegistryItem? item, string asked, HubSettings settings) =>
        Given(cluster, item, asked, settings) is null;

    /// <param name="asked">What the cluster's route or the installation says.</param>
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
        // Both of its roles would have one name, and its provider would be in the hub either way.
        _ when cluster.AccountId == settings.HubAccountId => TrustModes.Direct,
        // A cluster keeps the mode that it has. Items of older versions do not say which: then there was only one.
        ({ RoleArn: not null, IsTombstone: false } onboarded, _) => onboarded.TrustMode ?? TrustModes.Direct,
        (_, TrustModes.Auto) => null,
        _ => asked,
    };
}
