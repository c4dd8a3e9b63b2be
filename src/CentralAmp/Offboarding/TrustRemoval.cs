using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Offboarding;

/// <summary>The managed roles and provider of a cluster; null if there is none.</summary>
/// <param name="ProviderAccount">The account of the provider; null without a provider.</param>
internal sealed record IssuedTrustObservation(
    ResolveOffboardingResult Resolved,
    HubSettings Settings,
    TrustAccount Hub,
    ObservedRole? IngestRole,
    ObservedRole? CollectorRole,
    string? ProviderArn,
    TrustAccount? ProviderAccount);

internal enum TrustRemovalKind
{
    CollectorRole,
    Provider,
    IngestRole,
}

/// <summary>One resource to delete.</summary>
internal sealed record TrustRemovalAction(TrustRemovalKind Kind, string Name, TrustAccount Account);

/// <summary>Decides which resources are deleted, and in which order. Pure.</summary>
internal static class TrustRemoval
{
    /// <summary>The ingest role is last: if the execution is interrupted and the registry is lost, its tags still identify the rest.</summary>
    public static IEnumerable<TrustRemovalAction> Decide(IssuedTrustObservation observation)
    {
        var role = IssuedNames.Role(observation.Resolved);
        if (observation.CollectorRole is not null)
        {
            yield return new TrustRemovalAction(TrustRemovalKind.CollectorRole, role, observation.Hub with { Member = observation.Resolved.Cluster });
        }

        if (observation.ProviderArn is { } provider && !IsKept(observation))
        {
            yield return new TrustRemovalAction(TrustRemovalKind.Provider, provider, observation.ProviderAccount!);
        }

        if (observation.IngestRole is not null)
        {
            yield return new TrustRemovalAction(TrustRemovalKind.IngestRole, role, observation.Hub);
        }
    }

    public static string? KeptProvider(IssuedTrustObservation observation) => IsKept(observation) ? observation.ProviderArn : null;

    /// <summary>The provider is in the account of a living cluster.</summary>
    private static bool IsKept(IssuedTrustObservation observation) =>
        observation is { Resolved.Presence: ClusterPresence.Living, ProviderAccount: { } account }
        && (account.Member is not null || IssuedNames.IsInHubAccount(observation.Resolved.Cluster, observation.Settings));
}

/// <summary>Reads the roles and the provider in the accounts that may have them.</summary>
internal static class IssuedTrustObserver
{
    public static async Task<IssuedTrustObservation> ObserveAsync(
        IamIssuedTrust trust, RemoveTrustRequest request, HubSettings settings, CancellationToken cancellationToken)
    {
        var resolved = request.Resolved;
        var hub = new TrustAccount(Member: null, request.Execution);
        var ingest = await RoleAsync(trust, hub, resolved, cancellationToken);
        var chained = IsChained(resolved, ingest, settings);
        var member = hub with { Member = resolved.Cluster };
        var collector = chained ? await RoleAsync(trust, member, resolved, cancellationToken) : null;
        var account = chained ? member : hub;
        var provider = await ProviderAsync(trust, account, resolved, IssuerOf(resolved, ingest, collector), settings, cancellationToken);
        return new IssuedTrustObservation(resolved, settings, hub, ingest, collector, provider, provider is null ? null : account);
    }

    /// <summary>As the registry records it; without a record, as the ingest role's trust policy shows: it trusts a provider or an account.</summary>
    private static bool IsChained(ResolveOffboardingResult resolved, ObservedRole? ingest, HubSettings settings) =>
        !IssuedNames.IsInHubAccount(resolved.Cluster, settings)
        && (resolved.Registered is { TrustMode: TrustModes.Chained } or { CollectorRoleArn: not null }
            || PolicyMeaning.Many(PolicyMeaning.Parse(ingest?.TrustPolicy)?["Statement"])
                .Any(statement => (statement?["Principal"] as JsonObject)?["AWS"] is not null));

    private static string? IssuerOf(ResolveOffboardingResult resolved, ObservedRole? ingest, ObservedRole? collector) =>
        resolved.Registered.Issuer
        ?? ingest?.Tags.GetValueOrDefault(TrustTags.Issuer)
        ?? collector?.Tags.GetValueOrDefault(TrustTags.Issuer)
        ?? (resolved.Described.Issuer is { Length: > 0 } read ? read : null);

    private static async Task<ObservedRole?> RoleAsync(
        IamIssuedTrust trust, TrustAccount account, ResolveOffboardingResult resolved, CancellationToken cancellationToken) =>
        await trust.FindRoleAsync(account, IssuedNames.Role(resolved), cancellationToken) is { } role && IssuedNames.IsManaged(resolved, role.Tags) ? role : null;

    private static async Task<string?> ProviderAsync(
        IamIssuedTrust trust,
        TrustAccount account,
        ResolveOffboardingResult resolved,
        string? issuer,
        HubSettings settings,
        CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(issuer))
        {
            return null;
        }

        var arn = ClusterTrust.ProviderArn(resolved.Cluster, account.Member?.AccountId ?? settings.HubAccountId, issuer);
        return await trust.FindProviderAsync(account, arn, cancellationToken) is { } provider && IssuedNames.IsManaged(resolved, provider.Tags) ? arn : null;
    }
}
