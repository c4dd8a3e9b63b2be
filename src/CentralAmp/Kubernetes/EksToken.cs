using System.Text;
using Amazon;
using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Clusters;

namespace CentralAmp.Kubernetes;

/// <summary>The bearer token for EKS: a presigned GetCallerIdentity. A secret, never logged.</summary>
/// <remarks>Format: aws-iam-authenticator token.go and awscli get_token.py. The cluster accepts it for up to 15 minutes.</remarks>
public static class EksToken
{
    private const string Prefix = "k8s-aws-v1.";
    private static readonly TimeSpan Expires = TimeSpan.FromSeconds(60);

    /// <param name="credentials">Of the principal that has the access entry.</param>
    /// <param name="now">The time of the signature, from which the token is valid.</param>
    public static string Create(ClusterReference cluster, ImmutableCredentials credentials, DateTimeOffset now)
    {
        var suffix = RegionEndpoint.GetBySystemName(cluster.Region).PartitionDnsSuffix;
        var address = SigV4.Presign(
            new Uri($"https://sts.{cluster.Region}.{suffix}/?Action=GetCallerIdentity&Version=2011-06-15"),
            new Dictionary<string, string> { ["x-k8s-aws-id"] = cluster.Name },
            Expires,
            credentials,
            cluster.Region,
            "sts",
            now);
        return Prefix + Convert.ToBase64String(Encoding.UTF8.GetBytes(address.AbsoluteUri)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
