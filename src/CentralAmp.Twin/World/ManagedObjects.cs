using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.World;

/// <summary>An object that CentralAmp created, or a field that it set in another owner's object.</summary>
/// <param name="AccountId">The account that contains it.</param>
/// <param name="Name">Its ARN, or the cluster's ARN with kind and name of the object.</param>
/// <param name="Owner">The cluster for which CentralAmp created it; null if its tags do not name one.</param>
public sealed record ManagedObject(string AccountId, string Name, ClusterIdentity? Owner);

/// <summary>Finds managed objects: in IAM of every account, in EKS, and inside the clusters.</summary>
public sealed partial class ManagedObjects(AwsTwin aws)
{
    private const string ClusterArnTag = "central-amp:cluster-arn";
    private const string CreatedAtTag = "central-amp:created-at";
    private const string Mark = "central-amp";

    /// <summary>
    /// Managed objects by account, except those of the kept clusters. A provider in the account of its living cluster may remain,
    /// because other workloads may use it.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ExceptOwnedBy(IReadOnlySet<ClusterIdentity> kept) => All()
        .Where(item => item.Owner is null || !kept.Contains(item.Owner))
        .GroupBy(item => item.AccountId)
        .OrderBy(account => account.Key, StringComparer.Ordinal)
        .ToDictionary(account => account.Key, IReadOnlyList<string> (account) => [.. account.Select(item => item.Name).Order(StringComparer.Ordinal)]);

    /// <summary>All managed objects, except providers that may remain.</summary>
    public IReadOnlyList<ManagedObject> All() =>
        [.. TwinAccounts.All.SelectMany(account => InIam(account, aws.Iam.Newest(account))), .. aws.Eks.Clusters.SelectMany(InCluster)];

    /// <summary>Tests the name, too, because CentralAmp also created roles that have lost their tags.</summary>
    public static bool IsManaged(IamRole role) => role.Tags.ContainsKey(ClusterArnTag) || RoleNames().IsMatch(role.Name);

    public static bool IsManaged(OidcProvider provider) => provider.Tags.ContainsKey(ClusterArnTag);

    private IEnumerable<ManagedObject> InIam(string account, IamSnapshot iam) =>
    [
        .. iam.Roles.Values.Where(IsManaged).Select(role => new ManagedObject(account, role.Arn, OwnerOf(role.Tags))),
        .. iam.Providers.Values.Where(provider => IsManaged(provider) && !MayRemain(account, provider))
            .Select(provider => new ManagedObject(account, provider.Arn, OwnerOf(provider.Tags))),
    ];

    private bool MayRemain(string account, OidcProvider provider) =>
        aws.Eks.Clusters.Any(cluster => Arn.TryParse(cluster.Arn)!.AccountId == account && provider.Arn.EndsWith(cluster.Twin.Issuer["https://".Length..], StringComparison.Ordinal));

    private static ClusterIdentity? OwnerOf(IReadOnlyDictionary<string, string> tags) =>
        tags.GetValueOrDefault(ClusterArnTag) is { } arn && long.TryParse(tags.GetValueOrDefault(CreatedAtTag), CultureInfo.InvariantCulture, out var createdAt)
            ? new ClusterIdentity(arn, createdAt)
            : null;

    private static IEnumerable<ManagedObject> InCluster(EksCluster cluster)
    {
        var (account, owner) = (Arn.TryParse(cluster.Arn)!.AccountId, ClusterIdentity.Of(cluster));
        foreach (var entry in cluster.AccessEntries.Values.Where(entry => entry.PrincipalArn.EndsWith($":role/{TwinWorld.MemberRole}", StringComparison.Ordinal)))
            yield return new ManagedObject(account, entry.Arn, owner);
        foreach (var item in cluster.Twin is TwinCluster twin ? Objects(twin) : [])
            yield return new ManagedObject(account, $"{cluster.Arn}/{item}", owner);
    }

    private static IEnumerable<string> Objects(TwinCluster cluster)
    {
        foreach (var kind in (string[])["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ConfigMap", "PrometheusAgent"])
            foreach (var item in cluster.List(kind).Where(item => item.Name().StartsWith(Mark, StringComparison.Ordinal)))
                yield return $"{kind}/{Qualified(item)}";
        foreach (var resource in cluster.List("Prometheus"))
        {
            if (resource.ObjectsAt("spec", "remoteWrite").Any(entry => entry.TextAt("name") == Mark))
                yield return $"Prometheus/{Qualified(resource)}/spec.remoteWrite[{Mark}]";
            foreach (var annotation in Marked(resource.At("metadata", "annotations")).Concat(Marked(resource.At("spec", "podMetadata", "annotations"))))
                yield return $"Prometheus/{Qualified(resource)}/{annotation}";
        }

        foreach (var account in cluster.List("ServiceAccount").Where(account => account.TextAt("metadata", "annotations", "eks.amazonaws.com/role-arn")?.Contains($"role/{Mark}/", StringComparison.Ordinal) == true))
            yield return $"ServiceAccount/{Qualified(account)}/eks.amazonaws.com/role-arn";
    }

    private static IEnumerable<string> Marked(JsonNode? annotations) =>
        annotations is JsonObject all ? all.Select(annotation => annotation.Key).Where(key => key.StartsWith(Mark + "/", StringComparison.Ordinal)) : [];

    [GeneratedRegex("^central-amp-.+-[0-9a-f]{8}$")]
    private static partial Regex RoleNames();

    private static string Qualified(JsonObject item) => item.Namespace() is { Length: > 0 } ns ? $"{ns}/{item.Name()}" : item.Name();
}
