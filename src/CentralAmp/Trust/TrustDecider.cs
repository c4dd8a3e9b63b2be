using CentralAmp.Failures;

namespace CentralAmp.Trust;

/// <summary>One write to IAM.</summary>
public enum TrustAction
{
    CreateProvider,

    /// <summary>With path, trust policy, boundary and tags.</summary>
    CreateRole,
    PutBoundary,
    TagRole,
    UpdateTrustPolicy,
    PutPolicy,
}

/// <summary>Compares desired with observed trust. Pure.</summary>
internal static class TrustDecider
{
    private const int NearQuota = 90;

    /// <returns>The writes, in this order; or the reason why nothing may be written.</returns>
    public static (IReadOnlyList<TrustAction> Actions, Failure? Refusal) Decide(DesiredTrust desired, ObservedTrust observed) =>
        Refusal(desired, observed) is { } refusal ? ([], refusal) : ([.. Delta(desired, observed)], null);

    /// <summary>
    /// A warning before the quota is reached. IAM has no API for the quota: 100 unless raised, 700 at most (aws.md, "IAM quotas").
    /// </summary>
    public static string? NoticeOf(int providers) => providers < NearQuota
        ? null
        : $"The hub account has {providers} OIDC providers; its quota is 100 unless raised, 700 at most. "
        + "Beyond it, trust mode 'chained' keeps them in the member accounts.";

    private static Failure? Refusal(DesiredTrust desired, ObservedTrust observed)
    {
        if (observed.Provider is { } provider && !provider.ClientIds.Contains(DesiredTrust.Audience))
        {
            // There is one provider for each issuer and account: it may have another owner, and CentralAmp cannot know what relies on it.
            return Failure.Blocked(
                Causes.ProviderForeignAudience,
                $"The provider {desired.ProviderArn} exists without the client id {DesiredTrust.Audience}.",
                $"aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {desired.ProviderArn} --client-id {DesiredTrust.Audience}, "
                + "or delete the provider if nothing uses it; then execute again.");
        }

        if (observed.Role is { } role && !IsManaged(desired, role))
        {
            return Failure.Blocked(
                Causes.RoleForeign,
                $"There is a role {role.Arn} that CentralAmp did not create for this cluster: its tags or its path differ.",
                "Rename or delete that role, then execute again. CentralAmp changes only roles with its own tags.");
        }

        return null;
    }

    private static bool IsManaged(DesiredTrust desired, ObservedRole role) =>
        role.Arn == desired.RoleArn && Has(role, desired, TrustTags.ClusterArn) && Has(role, desired, TrustTags.CreatedAt);

    private static bool Has(ObservedRole role, DesiredTrust desired, string tag) => role.Tags.GetValueOrDefault(tag) == desired.RoleTags[tag];

    private static IEnumerable<TrustAction> Delta(DesiredTrust desired, ObservedTrust observed)
    {
        if (desired.ProviderArn is not null && observed.Provider is null)
        {
            yield return TrustAction.CreateProvider;
        }

        if (observed.Role is null)
        {
            yield return TrustAction.CreateRole;
            yield return TrustAction.PutPolicy;
            yield break;
        }

        // The first repair: CentralAmp may write the rest only under the boundary.
        if (observed.Role.BoundaryArn != desired.BoundaryArn)
        {
            yield return TrustAction.PutBoundary;
        }

        if (desired.RoleTags.Keys.Any(tag => !Has(observed.Role, desired, tag)))
        {
            yield return TrustAction.TagRole;
        }

        if (!PolicyMeaning.IsSame(observed.Role.TrustPolicy, desired.TrustPolicy))
        {
            yield return TrustAction.UpdateTrustPolicy;
        }

        if (!PolicyMeaning.IsSame(observed.Policy, desired.Policy))
        {
            yield return TrustAction.PutPolicy;
        }
    }
}
