using System.Security.Cryptography;

namespace CentralAmp.Twin;

/// <summary>One call to AWS or Kubernetes as the twin saw it; the line format of <c>--record</c>.</summary>
/// <param name="Caller">ARN of the principal, or the name of the service or person behind it.</param>
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
    /// <summary>The permissions that the call was checked for, e.g. <c>iam:CreateRole</c> and <c>iam:TagRole</c>; a denied call ends with the one that was missing.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];
}

/// <summary>Takes every call; thread-safe.</summary>
public interface ICallRecorder
{
    void Record(RecordedCall call);
}

/// <summary>What the gateway knows about who calls: the answer to a presigned GetCallerIdentity.</summary>
public sealed record CallerIdentity(string Arn, string AccountId, string RoleArn);

/// <summary>What a Kubernetes API server of EKS asks AWS: who is this, and what may it do here.</summary>
public interface IClusterAuthenticator
{
    /// <summary>Checks the presigned STS URL of an EKS token for the cluster name it was signed for; null is a 401.</summary>
    CallerIdentity? Authenticate(string presignedUrl, string clusterName);

    /// <summary>
    /// Groups of the access entry in effect (settled, not just written) for the role; null without an entry.
    /// An associated AmazonEKSClusterAdminPolicy in effect adds <c>system:masters</c>.
    /// </summary>
    IReadOnlyList<string>? GroupsOf(string clusterArn, string roleArn);
}

/// <summary>A cluster of the twin as EKS (the gateway) sees it. The Kubernetes side implements it.</summary>
public interface ITwinCluster : IAsyncDisposable
{
    string Arn { get; }

    string Issuer { get; }

    /// <summary>The key that signs the service account tokens; its public half is the issuer's JWKS.</summary>
    RSA SigningKey { get; }

    string KeyId { get; }

    string Endpoint { get; }

    /// <summary>PEM, base64 as EKS gives it.</summary>
    string CertificateAuthorityData { get; }

    ClusterBehaviour Behaviour { get; }

    /// <summary>EKS Pod Identity associations: namespace, service account, role.</summary>
    IReadOnlyList<(string Namespace, string ServiceAccount, string RoleArn)> PodIdentities => [];
}

/// <summary>Makes the Kubernetes side of a cluster when EKS is asked for one.</summary>
public interface IClusterFactory
{
    /// <summary>Starts the API server; the stack of the cluster appears when <see cref="BecameActive"/> has been told.</summary>
    Task<ITwinCluster> CreateAsync(string arn, ClusterBehaviour behaviour, IClusterAuthenticator authenticator, CancellationToken cancellationToken);

    void BecameActive(ITwinCluster cluster);
}

/// <summary>What a collector process needs to reach AWS from this machine: only its environment is the twin's.</summary>
public sealed record DataPlaneAccess(Uri ConnectProxy, string CertificateAuthorityFile);
