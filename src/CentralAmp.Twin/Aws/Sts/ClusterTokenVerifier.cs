using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Signing;

namespace CentralAmp.Twin.Aws.Sts;

/// <summary>
/// Verifies the presigned GetCallerIdentity in an EKS token as aws-iam-authenticator does (token.go): only the
/// known parameters, bound to the cluster's name by a signed header, and no older than fifteen minutes.
/// </summary>
public sealed class ClusterTokenVerifier(RequestAuthenticator authenticator, TimeProvider time)
{
    private const int LengthLimit = 4096;
    private const string ClusterHeader = "x-k8s-aws-id";
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(15);
    private static readonly HashSet<string> AllowedParameters = new(StringComparer.OrdinalIgnoreCase)
    {
        "Action", "Version", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token", "X-Amz-Signature", "X-Amz-SignedHeaders",
    };

    public CallerIdentity? Authenticate(string presignedUrl, string clusterName)
    {
        if (presignedUrl.Length > LengthLimit || !Uri.TryCreate(presignedUrl, UriKind.Absolute, out var url) || !IsRegionalSts(url) || url.AbsolutePath != "/")
            return null;

        var request = new SignedRequest("GET", "/", url.Query.TrimStart('?'), new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Host"] = url.Host,
            [ClusterHeader] = clusterName,
        }, ReadOnlyMemory<byte>.Empty);
        if (!request.Query.All(pair => AllowedParameters.Contains(pair.Key)) || request.QueryValue("Action") != "GetCallerIdentity")
            return null;
        if (SignatureClaims.Read(request) is not { IsPresigned: true, Service: "sts" } claims || !claims.SignedHeaders.Contains(ClusterHeader))
            return null;

        return Authenticate(request, claims);
    }

    private CallerIdentity? Authenticate(SignedRequest request, SignatureClaims claims)
    {
        // The URL's own expiry (60 s by convention) is for STS. The cluster accepts the token for 15 minutes after the signing.
        if (claims.ValidFor > Validity || claims.SignedAt + Validity < time.GetUtcNow())
            return null;

        try
        {
            var caller = authenticator.Verify(request, claims with { ValidFor = Validity }).Caller;
            return caller.IsOperator ? new CallerIdentity(caller.Arn, caller.AccountId, caller.Arn) : new CallerIdentity(caller.Arn, caller.AccountId, caller.RoleArn!);
        }
        catch (AwsException)
        {
            return null;
        }
    }

    private static bool IsRegionalSts(Uri url) =>
        url.Scheme == "https" && url.Host.Split('.') is ["sts", _, "amazonaws", "com"] or ["sts", "amazonaws", "com"];
}
