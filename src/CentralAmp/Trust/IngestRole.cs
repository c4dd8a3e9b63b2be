using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CentralAmp.Clusters;
using CentralAmp.Settings;

namespace CentralAmp.Trust;

/// <summary>Names of the ingest role (design.md, "Trust, exactly").</summary>
public static class IngestRole
{
    public const string PolicyName = "central-amp-ingest";

    private const string Prefix = "central-amp-";

    /// <summary>IAM allows 64 characters; cluster names reach 100.</summary>
    private const int MaxLength = 64;

    private const int HashLength = 8;

    public static bool IsName(string roleName) => roleName.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary><c>central-amp-{cluster, cut}-{8 hex}</c>: a recreated cluster gets another role.</summary>
    public static string Name(ClusterReference cluster, long createdAt)
    {
        var room = MaxLength - Prefix.Length - HashLength - 1;
        var readable = cluster.Name.Length <= room ? cluster.Name : cluster.Name[..room];
        return $"{Prefix}{readable}-{Hash($"{cluster.Arn}|{createdAt.ToString(CultureInfo.InvariantCulture)}")}";
    }

    public static string Arn(ClusterReference cluster, string roleName, HubSettings settings) =>
        $"arn:{cluster.Partition}:iam::{settings.HubAccountId}:role{settings.RolePath}{roleName}";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashLength];
}

/// <summary>Names of the collector role: in trust mode <c>chained</c>, the role in the member account that the service account assumes.</summary>
/// <remarks>It has the name and the path of its ingest role; only the account differs.</remarks>
public static class CollectorRole
{
    public const string PolicyName = "central-amp-assume-ingest";

    public static string Arn(ClusterReference cluster, string roleName, HubSettings settings) =>
        $"arn:{cluster.Partition}:iam::{cluster.AccountId}:role{settings.RolePath}{roleName}";

    public static string BoundaryArn(ClusterReference cluster, HubSettings settings) =>
        $"arn:{cluster.Partition}:iam::{cluster.AccountId}:policy{settings.CollectorBoundary}";
}
