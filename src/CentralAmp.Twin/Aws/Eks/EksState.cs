using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace CentralAmp.Twin.Aws.Eks;

/// <summary>State of a cluster in EKS. Its Kubernetes side is <see cref="Twin"/>.</summary>
public sealed class EksCluster(string arn, string name, string roleArn, JsonObject network, DateTimeOffset createdAt, ITwinCluster twin)
{
    public string Arn => arn;

    public string Name => name;

    public DateTimeOffset CreatedAt => createdAt;

    public ITwinCluster Twin => twin;

    public string Status { get; set; } = "CREATING";

    /// <summary>When the status became ACTIVE; null before.</summary>
    public DateTimeOffset? ActiveAt { get; set; }

    public string AuthenticationMode { get; set; } = "API_AND_CONFIG_MAP";

    public string Version { get; init; } = "1.33";

    public ConcurrentDictionary<string, string> Tags { get; } = new();

    /// <summary>By principal ARN.</summary>
    public ConcurrentDictionary<string, AccessEntry> AccessEntries { get; } = new();

    private bool WasActive => ActiveAt is not null;

    /// <summary>The answer to DescribeCluster. Endpoint, CA and issuer are present from ACTIVE until the cluster is deleted.</summary>
    public JsonObject Describe() => new()
    {
        ["name"] = name,
        ["arn"] = arn,
        ["createdAt"] = createdAt.ToUnixTimeMilliseconds() / 1000.0,
        ["version"] = Version,
        ["roleArn"] = roleArn,
        ["resourcesVpcConfig"] = network.DeepClone(),
        ["kubernetesNetworkConfig"] = new JsonObject { ["serviceIpv4Cidr"] = "10.100.0.0/16", ["ipFamily"] = "ipv4" },
        ["status"] = Status,
        ["endpoint"] = WasActive ? twin.Endpoint : null,
        ["identity"] = WasActive ? new JsonObject { ["oidc"] = new JsonObject { ["issuer"] = twin.Issuer } } : null,
        ["certificateAuthority"] = WasActive ? new JsonObject { ["data"] = twin.CertificateAuthorityData } : new JsonObject(),
        ["platformVersion"] = "eks.9",
        ["accessConfig"] = new JsonObject { ["authenticationMode"] = AuthenticationMode },
        ["tags"] = Map(Tags),
        ["health"] = new JsonObject { ["issues"] = new JsonArray() },
        ["deletionProtection"] = false,
    };

    internal static JsonObject Map(IEnumerable<KeyValuePair<string, string>> tags) =>
        new(tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => KeyValuePair.Create<string, JsonNode?>(tag.Key, tag.Value)));
}

/// <summary>
/// An access entry. Changes of groups and policies take effect after a delay, like changes to IAM.
/// </summary>
/// <param name="roleId">The unique id of the role: a role that was recreated under the same name has no entry.</param>
public sealed class AccessEntry(string arn, string principalArn, string? roleId, string type, string userName, DateTimeOffset createdAt, TimeSpan delay)
{
    public const string ClusterAdmin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";

    private readonly Lock changing = new();
    private readonly List<(DateTimeOffset EffectiveAt, IReadOnlyList<string> Groups, IReadOnlyList<AssociatedPolicy> Policies)> history = [];

    public string Arn => arn;

    public string PrincipalArn => principalArn;

    public string? RoleId => roleId;

    public ConcurrentDictionary<string, string> Tags { get; } = new();

    public DateTimeOffset ModifiedAt { get; private set; }

    public IReadOnlyList<string> Groups => history[^1].Groups;

    public IReadOnlyList<AssociatedPolicy> Policies => history[^1].Policies;

    public void Change(DateTimeOffset now, Func<IReadOnlyList<string>, IReadOnlyList<string>> groups, Func<IReadOnlyList<AssociatedPolicy>, IReadOnlyList<AssociatedPolicy>> policies)
    {
        lock (changing)
        {
            ModifiedAt = now;
            history.Add((now + delay, groups(history.Count == 0 ? [] : Groups), policies(history.Count == 0 ? [] : Policies)));
        }
    }

    /// <summary>The principal's Kubernetes groups in effect now; null while the entry is not in effect.</summary>
    public IReadOnlyList<string>? GroupsInEffect(DateTimeOffset now)
    {
        lock (changing)
        {
            var (effectiveAt, groups, policies) = history.FindLast(change => change.EffectiveAt <= now);
            if (effectiveAt == default)
                return null;
            return policies.Any(policy => policy.PolicyArn == ClusterAdmin) ? [.. groups, "system:masters"] : groups;
        }
    }

    public JsonObject Describe(string clusterName) => new()
    {
        ["clusterName"] = clusterName,
        ["principalArn"] = principalArn,
        ["kubernetesGroups"] = new JsonArray([.. Groups.Select(group => JsonValue.Create(group))]),
        ["accessEntryArn"] = arn,
        ["createdAt"] = createdAt.ToUnixTimeMilliseconds() / 1000.0,
        ["modifiedAt"] = ModifiedAt.ToUnixTimeMilliseconds() / 1000.0,
        ["tags"] = EksCluster.Map(Tags),
        ["username"] = userName,
        ["type"] = type,
    };
}

public sealed record AssociatedPolicy(string PolicyArn, JsonObject AccessScope, DateTimeOffset AssociatedAt)
{
    public JsonObject Describe() => new()
    {
        ["policyArn"] = PolicyArn,
        ["accessScope"] = AccessScope.DeepClone(),
        ["associatedAt"] = AssociatedAt.ToUnixTimeMilliseconds() / 1000.0,
        ["modifiedAt"] = AssociatedAt.ToUnixTimeMilliseconds() / 1000.0,
    };
}
