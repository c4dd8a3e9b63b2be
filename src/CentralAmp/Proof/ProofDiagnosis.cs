using System.Text.Json.Nodes;
using CentralAmp.Failures;
using CentralAmp.Trust;

namespace CentralAmp.Proof;

/// <summary>Finds the part of the trust that explains a denial. If everything is as desired, IAM has not propagated yet.</summary>
internal static class ProofDiagnosis
{
    private const string Restore = "Execute again, which restores it; if it happens again, CloudTrail shows who changed it.";

    /// <summary>STS did not give credentials for the collector's token.</summary>
    public static Failure OfAssume(DesiredTrust desired, ObservedTrust observed, WebIdentityAnswer answer)
    {
        var denial = $"STS denied the collector's token {desired.RoleArn} ({answer.Code}: {answer.Message})";
        return Missing(desired, observed, denial)
            ?? OfProvider(desired, observed.Provider!, denial)
            ?? OfTrustPolicy(desired, observed.Role!, denial)
            ?? OfToken(answer, denial)
            ?? NotEffective(denial);
    }

    /// <summary>STS gave the collector its role, and denied that role the ingest role.</summary>
    public static Failure OfChain(ClusterTrust desired, ObservedTrust hub, ObservedTrust member, WebIdentityAnswer answer)
    {
        var collector = desired.Member!;
        var denial = $"STS denied {collector.RoleArn} the ingest role {desired.Hub.RoleArn} ({answer.Code}: {answer.Message})";
        return Missing(collector, member, denial)
            ?? Missing(desired.Hub, hub, denial)
            ?? OfPolicy(collector, member, $"sts:AssumeRole on exactly {desired.Hub.RoleArn}", denial)
            ?? OfTrustedCollector(desired.Hub, hub.Role!, denial)
            ?? OfGuardrails(collector, member.Role!, "sts:AssumeRole", answer.Message, denial)
            ?? NotEffective(denial);
    }

    /// <summary>The workspace refused the sample that the role's credentials signed.</summary>
    /// <param name="answer">Status and text of the workspace.</param>
    public static Failure OfWrite(DesiredTrust desired, ObservedTrust observed, string answer)
    {
        var denial = $"The workspace denied {desired.RoleArn} ({answer})";
        return Missing(desired, observed, denial)
            ?? OfPolicy(desired, observed, "aps:RemoteWrite on exactly the routed workspace", denial)
            ?? OfGuardrails(desired, observed.Role!, "aps:RemoteWrite", answer, denial)
            ?? NotEffective(denial);
    }

    private static Failure? Missing(DesiredTrust desired, ObservedTrust observed, string denial) => observed switch
    {
        { Provider: null } when desired.ProviderArn is not null => NotEffective($"{denial}; IAM has no provider {desired.ProviderArn}"),
        { Role: null } => NotEffective($"{denial}; IAM has no role {desired.RoleArn}"),
        _ => null,
    };

    private static Failure? OfProvider(DesiredTrust desired, ObservedProvider provider, string denial) =>
        provider.ClientIds.Contains(DesiredTrust.Audience)
            ? null
            : Failure.Blocked(
                Causes.TrustAudienceMismatch,
                $"{denial}: the provider {desired.ProviderArn} has the client ids [{string.Join(", ", provider.ClientIds)}] and not {DesiredTrust.Audience}.",
                $"Add the client id {DesiredTrust.Audience} to the provider, then execute again.");

    private static Failure? OfTrustPolicy(DesiredTrust desired, ObservedRole role, string denial)
    {
        if (PolicyMeaning.IsSame(role.TrustPolicy, desired.TrustPolicy))
        {
            return null;
        }

        var issuer = DesiredTrust.IssuerName(desired.Issuer);
        var subjects = ConditionValues(role.TrustPolicy, $"{issuer}:sub");
        var audiences = ConditionValues(role.TrustPolicy, $"{issuer}:aud");
        return subjects is [var subject] && subject == desired.Subject && audiences is not [DesiredTrust.Audience]
            ? Failure.Blocked(
                Causes.TrustAudienceMismatch,
                $"{denial}: its trust policy requires the audience [{string.Join(", ", audiences)}] and not {DesiredTrust.Audience}.",
                Restore)
            : Failure.Blocked(
                Causes.TrustSubjectMismatch,
                $"{denial}: its trust policy trusts [{string.Join(", ", subjects)}] and not exactly {desired.Subject} of {desired.ProviderArn}.",
                Restore);
    }

    /// <summary>Provider and policy are correct, so the token is wrong.</summary>
    private static Failure? OfToken(WebIdentityAnswer answer, string denial) =>
        answer.Code == "InvalidIdentityToken" && (Mentions(answer.Message, "signature") || Mentions(answer.Message, "could not be validated"))
            ? Failure.Blocked(
                Causes.TokenIssuerMismatch,
                $"{denial}: the token was not signed by the issuer that it names.",
                "Check which API server answers at the cluster's endpoint; its tokens belong to another cluster.")
            : null;

    /// <summary>The trust policy of the ingest role in chained trust.</summary>
    private static Failure? OfTrustedCollector(DesiredTrust desired, ObservedRole role, string denial) =>
        PolicyMeaning.IsSame(role.TrustPolicy, desired.TrustPolicy)
            ? null
            : Failure.Blocked(
                Causes.TrustSubjectMismatch,
                $"{denial}: the trust policy of the ingest role trusts [{string.Join(", ", ConditionValues(role.TrustPolicy, "aws:PrincipalArn"))}] "
                + $"and not exactly {desired.Subject} of its account.",
                Restore);

    private static Failure? OfPolicy(DesiredTrust desired, ObservedTrust observed, string grant, string denial) =>
        PolicyMeaning.IsSame(observed.Policy, desired.Policy)
            ? null
            : Failure.Blocked(
                Causes.IngestPolicyMismatch,
                $"{denial}: the policy {desired.PolicyName} of {desired.RoleArn} "
                + (observed.Policy is null ? "is missing." : $"does not grant {grant}."),
                Restore);

    private static Failure? OfGuardrails(DesiredTrust desired, ObservedRole role, string action, string answer, string denial)
    {
        if (Mentions(answer, "service control policy") || Mentions(answer, "resource control policy"))
        {
            return Failure.Blocked(
                Causes.DeniedByServiceControlPolicy,
                $"{denial}: a policy of the organization denies {action}.",
                $"Ask the owner of the organization's policies to allow {action} for roles of CentralAmp.");
        }

        return Mentions(answer, "permissions boundary") || role.BoundaryArn != desired.BoundaryArn
            ? Failure.Blocked(
                Causes.DeniedByPermissionsBoundary,
                $"{denial}: the permissions boundary {role.BoundaryArn} does not allow {action}.",
                "Allow it in the boundary, or give CentralAmp another boundary by parameter.")
            : null;
    }

    private static Failure NotEffective(string denial) => Failure.NotReady(
        Causes.TrustNotEffective,
        $"{denial}, although trust and grant are as desired.",
        "None if the error is transient: IAM needs seconds to propagate. "
        + "If it persists, check for a denial in the organization's policies, the boundary or the workspace's resource policy.");

    private static IReadOnlyList<string> ConditionValues(string document, string key) =>
    [
        .. PolicyMeaning.Many(PolicyMeaning.Parse(document)?["Statement"])
            .SelectMany(statement => ((statement as JsonObject)?["Condition"] as JsonObject) ?? [])
            .SelectMany(test => test.Value as JsonObject ?? [])
            .Where(condition => string.Equals(condition.Key, key, StringComparison.OrdinalIgnoreCase))
            .SelectMany(condition => PolicyMeaning.Many(condition.Value))
            .Select(value => value?.ToString() ?? ""),
    ];

    private static bool Mentions(string text, string wording) => text.Contains(wording, StringComparison.OrdinalIgnoreCase);
}
