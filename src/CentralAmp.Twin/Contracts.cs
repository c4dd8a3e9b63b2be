using System.Security.Cryptography;

namespace CentralAmp.Twin;

/// <summary>One recorded call to AWS or Kubernetes; the line format of <c>--record</c>.</summary>
/// <param name="Caller">ARN of the principal, or the name of the service or user that called.</param>
/// <param name="Decision"><c>Allow</c> or <c>Deny</c>.</param>
/// <param name="Write">Whether it is a changing call to IAM, EKS, AMP or Kubernetes, or a remote_write (design.md, "write").</param>
public sealed record RecordedCall(
    DateTimeOffset Time,
    string Caller,
    string Service,
    string Action,
    string Resource,
    string Decision,
    bool Write,
    string BodySha256,
    int Status)
{
    /// <summary>The permissions that the twin checked, e.g. <c>iam:CreateRole</c> and <c>iam:TagRole</c>. Of a denied call, the last one is the missing one.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];
}

/// <summary>Records every call; thread-safe.</summary>
public interface ICallRecorder
{
    void Record(RecordedCall call);
}

/// <summary>The identity of a caller: the answer to a presigned GetCallerIdentity.</summary>
public sealed record CallerIdentity(string Arn, string AccountId, string RoleArn);

/// <summary>Authenticates callers of a Kubernetes API server of EKS and returns their groups.</summary>
public interface IClusterAuthenticator
{
    /// <summary>Checks the presigned STS URL of an EKS token for the cluster name it was signed for; null is a 401.</summary>
    CallerIdentity? Authenticate(string presignedUrl, string clusterName);

    /// <summary>
    /// Groups of the role's access entry in effect (propagated, not just written); null without an entry.
    /// An associated AmazonEKSClusterAdminPolicy in effect adds <c>system:masters</c>.
    /// </summary>
    IReadOnlyList<string>? GroupsOf(string clusterArn, string roleArn);
}

/// <summary>The part of a twin cluster that EKS (the gateway) uses. The Kubernetes side implements it.</summary>
public interface ITwinCluster : IAsyncDisposable
{
    string Arn { get; }

    string Issuer { get; }

    /// <summary>The key that signs the service account tokens; its public half is the issuer's JWKS.</summary>
    RSA SigningKey { get; }

    string KeyId { get; }

    string Endpoint { get; }

    /// <summary>PEM, base64-encoded as in DescribeCluster.</summary>
    string CertificateAuthorityData { get; }

    ClusterBehaviour Behaviour { get; }

    /// <summary>EKS Pod Identity associations: namespace, service account, role.</summary>
    IReadOnlyList<(string Namespace, string ServiceAccount, string RoleArn)> PodIdentities => [];
}

/// <summary>Creates the Kubernetes side of a cluster when EKS receives CreateCluster.</summary>
public interface IClusterFactory
{
    /// <summary>Starts the API server. The stack is installed after <see cref="BecameActive"/>.</summary>
    Task<ITwinCluster> CreateAsync(string arn, ClusterBehaviour behaviour, IClusterAuthenticator authenticator, CancellationToken cancellationToken);

    void BecameActive(ITwinCluster cluster);
}

/// <summary>The proxy and the certificate authority with which a collector process reaches the twin's AWS. They go into its environment only.</summary>
public sealed record DataPlaneAccess(Uri ConnectProxy, string CertificateAuthorityFile);
