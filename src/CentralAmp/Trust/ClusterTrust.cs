using System.Globalization;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Settings;

namespace CentralAmp.Trust;

/// <summary>What an onboarding plan asks of IAM.</summary>
/// <param name="Mode"><c>direct</c> or <c>chained</c>.</param>
/// <param name="RoleName">Of the ingest role, and of the collector role in chained mode.</param>
/// <param name="WorkspaceArn">The one workspace that the ingest role may write to.</param>
/// <param name="Replaced">Collectors of earlier deliveries, which are trusted as long as they send.</param>
public sealed record PlannedTrust(string Mode, string RoleName, string WorkspaceArn, Collector Collector, IReadOnlyList<Collector> Replaced);

/// <summary>Everything that one cluster and its collector are to have in IAM (design.md, "Trust, exactly").</summary>
/// <param name="Hub">The ingest role; in trust mode <c>direct</c> with the provider that it trusts.</param>
/// <param name="Member">The collector role and its provider in trust mode <c>chained</c>; null in <c>direct</c>.</param>
public sealed record ClusterTrust(DesiredTrust Hub, DesiredTrust? Member)
{
    /// <summary>The role that the service account assumes.</summary>
    public DesiredTrust Assumed => Member ?? Hub;

    public static ClusterTrust For(
        ClusterReference cluster, ClusterDescription described, PlannedTrust planned, HubSettings settings)
    {
        var subject = SubjectOf(planned.Collector);
        string[] replaced = [.. planned.Replaced.Select(SubjectOf)];
        var (ingest, boundary) = (IngestRole.Arn(cluster, planned.RoleName, settings), settings.BoundaryArn);
        var hub = Blank(cluster, described, planned, settings) with
        {
            Side = CallSide.Hub,
            RoleArn = ingest,
            BoundaryArn = boundary,
            Description = "Made by CentralAmp: one cluster's collector writes to one workspace.",
            PolicyName = IngestRole.PolicyName,
            Policy = TrustPolicies.Ingest(planned.WorkspaceArn),
            RoleTags = new Dictionary<string, string>(Tags(cluster, described), StringComparer.Ordinal) { [TrustTags.WorkspaceArn] = planned.WorkspaceArn },
        };
        if (planned.Mode != TrustModes.Chained)
        {
            return new ClusterTrust(Federated(hub, ProviderArn(cluster, settings.HubAccountId, described.Issuer), subject, replaced), Member: null);
        }

        var collectorRole = CollectorRole.Arn(cluster, planned.RoleName, settings);
        var member = Blank(cluster, described, planned, settings) with
        {
            Side = CallSide.Member,
            RoleArn = collectorRole,
            BoundaryArn = CollectorRole.BoundaryArn(cluster, settings),
            Description = "Made by CentralAmp: one cluster's collector assumes its ingest role.",
            PolicyName = CollectorRole.PolicyName,
            Policy = TrustPolicies.AssumeIngest(ingest),
        };
        return new ClusterTrust(
            hub with { Subject = collectorRole, TrustPolicy = TrustPolicies.TrustOfCollector(cluster, collectorRole, settings.OrganizationId) },
            Federated(member, ProviderArn(cluster, cluster.AccountId, described.Issuer), subject, replaced));
    }

    public static string ProviderArn(ClusterReference cluster, string accountId, string issuer) =>
        $"arn:{cluster.Partition}:iam::{accountId}:oidc-provider/{DesiredTrust.IssuerName(issuer)}";

    /// <summary>Tags of every IAM resource of one cluster.</summary>
    public static Dictionary<string, string> Tags(ClusterReference cluster, ClusterDescription described) => new(StringComparer.Ordinal)
    {
        [TrustTags.ClusterArn] = cluster.Arn,
        [TrustTags.Issuer] = described.Issuer,
        [TrustTags.CreatedAt] = described.CreatedAt.ToString(CultureInfo.InvariantCulture),
    };

    private static string SubjectOf(Collector collector) => $"system:serviceaccount:{collector.Namespace}:{collector.ServiceAccount}";

    private static DesiredTrust Federated(DesiredTrust trust, string providerArn, string subject, string[] replaced) => trust with
    {
        ProviderArn = providerArn,
        Subject = subject,
        TrustPolicy = TrustPolicies.Trust(providerArn, DesiredTrust.IssuerName(trust.Issuer), subject, replaced),
    };

    /// <summary>The part that is the same in both accounts.</summary>
    private static DesiredTrust Blank(ClusterReference cluster, ClusterDescription described, PlannedTrust planned, HubSettings settings) => new()
    {
        Side = CallSide.Hub,
        Issuer = described.Issuer,
        ProviderArn = null,
        RoleName = planned.RoleName,
        RolePath = settings.RolePath,
        RoleArn = "",
        Description = "",
        BoundaryArn = "",
        Subject = "",
        TrustPolicy = "",
        PolicyName = "",
        Policy = "",
        RoleTags = Tags(cluster, described),
        ProviderTags = Tags(cluster, described),
    };
}
