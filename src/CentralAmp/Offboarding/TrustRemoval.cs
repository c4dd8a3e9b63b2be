using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Offboarding;

/// <summary>What there is of a cluster's trust; null where there is nothing, or nothing of ours.</summary>
/// <param name="ProviderAccount">Where the provider is, if there is one.</param>
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

/// <summary>One thing to delete.</summary>
internal sealed record TrustRemovalAction(TrustRemovalKind Kind, string Name, TrustAccount Account);

/// <summary>Decides what goes, in which order. Pure.</summary>
internal static class TrustRemoval
{
    /// <summary>The ingest role is the last: its tags still tell the rest if this is interrupted and the registry lost.</summary>
    public static IEnumerable<TrustRemovalAction> Decide(IssuedTrustObservation facts)
    {
        var role = IssuedNames.Role(facts.Resolved);
        if (facts.CollectorRole is not null)
        {
            yield return new TrustRemovalAction(TrustRemovalKind.CollectorRole, role, facts.Hub with { Member = facts.Resolved.Cluster });
        }

        if (facts.ProviderArn is { } provider && !IsKept(facts))
        {
            yield return new TrustRemovalAction(TrustRemovalKind.Provider, provider, facts.ProviderAccount!);
        }

        if (facts.IngestRole is not null)
        {
            yield return new TrustRemovalAction(TrustRemovalKind.IngestRole, role, facts.Hub);
        }
    }

    public static string? KeptProvider(IssuedTrustObservation facts) => IsKept(facts) ? facts.ProviderArn : null;

    /// <summary>Of a living cluster, in its own account.</summary>
    private static bool IsKept(IssuedTrustObservation facts) =>
        facts is { Resolved.Presence: ClusterPresence.Living, ProviderAccount: { } account }
        && (account.Member is not null || IssuedNames.IsHubsOwn(facts.Resolved.Cluster, facts.Settings));
}

/// <summary>Reads what there is, in the accounts where something can be.</summary>
internal static class IssuedTrustObserver
{
    public static async Task<IssuedTrustObservation> ObserveAsync(
        IIssuedTrust trust, RemoveTrustRequest request, HubSettings settings, CancellationToken cancellationToken)
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

    /// <summary>The registry's word; without it the ingest role's: who may assume it, a provider or an account.</summary>
    private static bool IsChained(ResolveOffboardingResult resolved, ObservedRole? ingest, HubSettings settings) =>
        !IssuedNames.IsHubsOwn(resolved.Cluster, settings)
        && (resolved.Registered is { TrustMode: TrustModes.Chained } or { CollectorRoleArn: not null }
            || PolicyMeaning.Many(PolicyMeaning.Parse(ingest?.TrustPolicy)?["Statement"])
                .Any(statement => (statement?["Principal"] as JsonObject)?["AWS"] is not null));

    private static string? IssuerOf(ResolveOffboardingResult resolved, ObservedRole? ingest, ObservedRole? collector) =>
        resolved.Registered.Issuer
        ?? ingest?.Tags.GetValueOrDefault(TrustTags.Issuer)
        ?? collector?.Tags.GetValueOrDefault(TrustTags.Issuer)
        ?? (resolved.Described.Issuer is { Length: > 0 } read ? read : null);

    private static async Task<ObservedRole?> RoleAsync(
        IIssuedTrust trust, TrustAccount account, ResolveOffboardingResult resolved, CancellationToken cancellationToken) =>
        await trust.FindRoleAsync(account, IssuedNames.Role(resolved), cancellationToken) is { } role && IssuedNames.IsManaged(resolved, role.Tags) ? role : null;

    private static async Task<string?> ProviderAsync(
        IIssuedTrust trust,
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
