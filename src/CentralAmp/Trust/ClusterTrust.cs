using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Planning;
using CentralAmp.Routes;
using CentralAmp.Settings;

namespace CentralAmp.Trust;

/// <summary>All that one cluster and its collector shall have in IAM (design.md, "Trust, exactly").</summary>
/// <param name="Hub">The ingest role; in trust mode <c>direct</c> with the provider that it trusts.</param>
/// <param name="Member">The collector role and its provider in trust mode <c>chained</c>; null in <c>direct</c>.</param>
public sealed record ClusterTrust(DesiredTrust Hub, DesiredTrust? Member)
{
    /// <summary>What the service account assumes.</summary>
    public DesiredTrust Assumed => Member ?? Hub;

    public static ClusterTrust For(
        ClusterReference cluster, ClusterDescription described, OnboardingPlan plan, Collector collector, HubSettings settings)
    {
        var subject = SubjectOf(collector);
        // Values run nothing; who wrote them down is not who sends.
        string[] replaced = [.. plan.Replaces.Where(one => one.Delivery != Deliveries.Values).Select(one => SubjectOf(one.Collector))];
        var (ingest, boundary) = (IngestRole.Arn(cluster, plan.IngestRoleName, settings), settings.BoundaryArn);
        var hub = Blank(cluster, described, plan, settings) with
        {
            Side = CallSide.Hub,
            RoleArn = ingest,
            BoundaryArn = boundary,
            Description = "Made by CentralAmp: one cluster's collector writes to one workspace.",
            PolicyName = IngestRole.PolicyName,
            Policy = TrustPolicies.Ingest(plan.WorkspaceArn),
            RoleTags = new Dictionary<string, string>(Tags(cluster, described), StringComparer.Ordinal) { [TrustTags.WorkspaceArn] = plan.WorkspaceArn },
        };
        if (plan.TrustMode != TrustModes.Chained)
        {
            return new ClusterTrust(Federated(hub, ProviderArn(cluster, settings.HubAccountId, described.Issuer), subject, replaced), Member: null);
        }

        var collectorRole = CollectorRole.Arn(cluster, plan.IngestRoleName, settings);
        var member = Blank(cluster, described, plan, settings) with
        {
            Side = CallSide.Member,
            RoleArn = collectorRole,
            BoundaryArn = CollectorRole.BoundaryArn(cluster, settings),
            Description = "Made by CentralAmp: one cluster's collector assumes its ingest role.",
            PolicyName = CollectorRole.PolicyName,
            Policy = TrustPolicies.AssumeIngest(ingest),
        };
        return new ClusterTrust(
            hub with { Subject = collectorRole, TrustPolicy = TrustPolicies.TrustOfCollector(cluster, collectorRole) },
            Federated(member, ProviderArn(cluster, cluster.AccountId, described.Issuer), subject, replaced));
    }

    public static string ProviderArn(ClusterReference cluster, string accountId, string issuer) =>
        $"arn:{cluster.Partition}:iam::{accountId}:oidc-provider/{DesiredTrust.IssuerName(issuer)}";

    /// <summary>Tags of everything that is made for one cluster.</summary>
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

    /// <summary>What both accounts have in common.</summary>
    private static DesiredTrust Blank(ClusterReference cluster, ClusterDescription described, OnboardingPlan plan, HubSettings settings) => new()
    {
        Side = CallSide.Hub,
        Issuer = described.Issuer,
        ProviderArn = null,
        RoleName = plan.IngestRoleName,
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
