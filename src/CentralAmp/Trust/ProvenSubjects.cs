using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Settings;

namespace CentralAmp.Trust;

/// <summary>
/// The subjects that a cluster's role trusts already. Only the hub writes the ingest role, so its tags and its trust policy prove what the registry does not
/// know: an item from before the facts, a lost or a restored table.
/// </summary>
/// <remarks>
/// In trust mode <c>chained</c> the hub proves the collector role alone. That role is in the member account, whose administrator can let anybody assume it;
/// so its subjects are his word, and they count for his own cluster only.
/// </remarks>
public static class ProvenSubjects
{
    /// <summary>One read of IAM; two in trust mode <c>chained</c>, whose subjects are in the trust policy of the collector role.</summary>
    /// <returns>Empty if there is no role of this cluster.</returns>
    public static async Task<IReadOnlyList<string>> ReadAsync(
        ITrustStores stores,
        ClusterReference cluster,
        ClusterDescription described,
        HubSettings settings,
        ExecutionReference execution,
        CancellationToken cancellationToken)
    {
        var name = IngestRole.Name(cluster, described.CreatedAt);
        if (await stores.Hub.FindRoleAsync(name, cancellationToken) is not { } ingest || !IsOf(cluster, described, ingest))
        {
            return [];
        }

        // Ingest roles of earlier versions do not ask for the organization.
        var collectorRole = CollectorRole.Arn(cluster, name, settings);
        string[] chained = [TrustPolicies.TrustOfCollector(cluster, collectorRole, settings.OrganizationId), TrustPolicies.TrustOfCollector(cluster, collectorRole, organizationId: "")];
        if (!chained.Any(policy => PolicyMeaning.IsSame(ingest.TrustPolicy, policy)))
        {
            return Of(ingest.TrustPolicy, ClusterTrust.ProviderArn(cluster, settings.HubAccountId, described.Issuer), described.Issuer);
        }

        using var member = await stores.MemberAsync(cluster, MemberRole.Looking, execution, cancellationToken);
        return await member.FindRoleAsync(name, cancellationToken) is { } collector && IsOf(cluster, described, collector)
            ? Of(collector.TrustPolicy, ClusterTrust.ProviderArn(cluster, cluster.AccountId, described.Issuer), described.Issuer)
            : [];
    }

    /// <summary>The subjects of exactly this provider, in the form that CentralAmp writes. Pure.</summary>
    public static IReadOnlyList<string> Of(string trustPolicy, string providerArn, string issuer)
    {
        var key = $"{DesiredTrust.IssuerName(issuer)}:sub";
        return
        [
            .. PolicyMeaning.Many(PolicyMeaning.Parse(trustPolicy)?["Statement"])
                .OfType<JsonObject>()
                .Where(statement => statement["Effect"]?.ToString() == "Allow" && Federated(statement).Contains(providerArn))
                .SelectMany(statement => Texts(((statement["Condition"] as JsonObject)?["StringEquals"] as JsonObject)?[key]))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    private static bool IsOf(ClusterReference cluster, ClusterDescription described, ObservedRole role) =>
        role.Tags.GetValueOrDefault(TrustTags.ClusterArn) == cluster.Arn
        && role.Tags.GetValueOrDefault(TrustTags.CreatedAt) == described.CreatedAt.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Federated(JsonObject statement) => Texts((statement["Principal"] as JsonObject)?["Federated"]);

    private static IEnumerable<string> Texts(JsonNode? node) =>
        PolicyMeaning.Many(node).Select(value => value is JsonValue text && text.TryGetValue<string>(out var read) ? read : "").Where(text => text.Length > 0);
}
