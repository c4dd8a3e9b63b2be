using System.Buffers.Text;
using System.Text;

namespace CentralAmp.Twin.Clusters.Access;

/// <summary>
/// Who a bearer token belongs to: an EKS token (a presigned GetCallerIdentity, which AWS's side checks), a service
/// account's token, or the cluster's own administrator, whom only the twin and its tests know.
/// </summary>
public sealed class TokenAuthentication(string clusterArn, IClusterAuthenticator authenticator, ServiceAccountTokens tokens, string administratorToken)
{
    private const string EksPrefix = "k8s-aws-v1.";

    // aws-iam-authenticator, pkg/token: maxTokenLenBytes.
    private const int LongestToken = 4096;

    private readonly string clusterName = clusterArn[(clusterArn.LastIndexOf('/') + 1)..];

    /// <summary>Null is 401. Without any token it is the anonymous user.</summary>
    public UserInfo? Authenticate(string authorization)
    {
        if (authorization.Length == 0)
            return UserInfo.Anonymous;
        if (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return null;
        var token = authorization["Bearer ".Length..].Trim();
        if (token == administratorToken)
            return new UserInfo("kubernetes-admin", [UserInfo.Masters, "system:authenticated"], "kubernetes-admin");
        return token.StartsWith(EksPrefix, StringComparison.Ordinal) ? AuthenticateEks(token) : tokens.Authenticate(token);
    }

    private UserInfo? AuthenticateEks(string token)
    {
        if (token.Length > LongestToken || Decode(token[EksPrefix.Length..]) is not { } url || authenticator.Authenticate(url, clusterName) is not { } identity)
            return null;
        // For a principal without an access entry, EKS answers 401, not 403.
        return authenticator.GroupsOf(clusterArn, identity.RoleArn) is { } groups
            ? new UserInfo(identity.Arn, [.. groups, "system:authenticated"], identity.Arn)
            : null;
    }

    // Unpadded base64url, as Go's RawURLEncoding reads it: padding is an error.
    private static string? Decode(string encoded)
    {
        try
        {
            return encoded.Contains('=', StringComparison.Ordinal) ? null : Encoding.UTF8.GetString(Base64Url.DecodeFromChars(encoded));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
