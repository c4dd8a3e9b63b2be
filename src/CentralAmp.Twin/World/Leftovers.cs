using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.World;

/// <summary>Something that CentralAmp made.</summary>
/// <param name="AccountId">Where it is.</param>
/// <param name="Name">Its ARN, or that of the cluster and the object in it.</param>
/// <param name="Owner">The cluster it was made for; null if nothing says which.</param>
public sealed record OwnThing(string AccountId, string Name, Incarnation? Owner);

/// <summary>Looks for what CentralAmp made: in IAM of every account, in EKS, and inside the clusters.</summary>
public sealed partial class Leftovers(AwsTwin aws)
{
    private const string ClusterArnTag = "central-amp:cluster-arn";
    private const string CreatedAtTag = "central-amp:created-at";
    private const string Mark = "central-amp";

    /// <summary>
    /// Everything of ours that is not a kept cluster's; by account. A provider in the account of its living cluster may stay,
    /// because other workloads may rely on it by now.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ExceptOf(IReadOnlySet<Incarnation> kept) => Everything()
        .Where(thing => thing.Owner is null || !kept.Contains(thing.Owner))
        .GroupBy(thing => thing.AccountId)
        .OrderBy(account => account.Key, StringComparer.Ordinal)
        .ToDictionary(account => account.Key, IReadOnlyList<string> (account) => [.. account.Select(thing => thing.Name).Order(StringComparer.Ordinal)]);

    /// <summary>All there is, but for providers that may stay.</summary>
    public IReadOnlyList<OwnThing> Everything() =>
        [.. TwinAccounts.All.SelectMany(account => InIam(account, aws.Iam.Newest(account))), .. aws.Eks.Clusters.SelectMany(InCluster)];

    /// <summary>Also by its name: a role that lost its tags was made by us all the same.</summary>
    public static bool IsOurs(IamRole role) => role.Tags.ContainsKey(ClusterArnTag) || RoleNames().IsMatch(role.Name);

    public static bool IsOurs(OidcProvider provider) => provider.Tags.ContainsKey(ClusterArnTag);

    private IEnumerable<OwnThing> InIam(string account, IamSnapshot iam) =>
    [
        .. iam.Roles.Values.Where(IsOurs).Select(role => new OwnThing(account, role.Arn, OwnerOf(role.Tags))),
        .. iam.Providers.Values.Where(provider => IsOurs(provider) && !MayStay(account, provider))
            .Select(provider => new OwnThing(account, provider.Arn, OwnerOf(provider.Tags))),
    ];

    private bool MayStay(string account, OidcProvider provider) =>
        aws.Eks.Clusters.Any(cluster => Arn.TryParse(cluster.Arn)!.AccountId == account && provider.Arn.EndsWith(cluster.Twin.Issuer["https://".Length..], StringComparison.Ordinal));

    private static Incarnation? OwnerOf(IReadOnlyDictionary<string, string> tags) =>
        tags.GetValueOrDefault(ClusterArnTag) is { } arn && long.TryParse(tags.GetValueOrDefault(CreatedAtTag), CultureInfo.InvariantCulture, out var createdAt)
            ? new Incarnation(arn, createdAt)
            : null;

    private static IEnumerable<OwnThing> InCluster(EksCluster cluster)
    {
        var (account, owner) = (Arn.TryParse(cluster.Arn)!.AccountId, Incarnation.Of(cluster));
        foreach (var entry in cluster.AccessEntries.Values.Where(entry => entry.PrincipalArn.EndsWith($":role/{TwinWorld.MemberRole}", StringComparison.Ordinal)))
            yield return new OwnThing(account, entry.Arn, owner);
        foreach (var item in cluster.Twin is TwinCluster twin ? Objects(twin) : [])
            yield return new OwnThing(account, $"{cluster.Arn}/{item}", owner);
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
