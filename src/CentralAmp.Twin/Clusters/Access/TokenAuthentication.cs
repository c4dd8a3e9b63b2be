using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace CentralAmp.Twin.Clusters.Access;

/// <summary>
/// Who a bearer token belongs to: an EKS token (a presigned GetCallerIdentity), a service account's token, or the
/// cluster's own administrator, whom only the twin and its tests know.
/// </summary>
public sealed class TokenAuthentication(
    string clusterArn, IClusterAuthenticator authenticator, ServiceAccountTokens tokens, string administratorToken, TimeProvider time)
{
    private const string EksPrefix = "k8s-aws-v1.";

    // aws-iam-authenticator, pkg/token: maxTokenLenBytes, and the parameters it lets through.
    private const int LongestToken = 4096;
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(15);
    private static readonly HashSet<string> AllowedParameters =
    [
        "action", "version", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-security-token",
        "x-amz-signature", "x-amz-signedheaders", "x-amz-user-agent",
    ];

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
        if (token.Length > LongestToken || Decode(token[EksPrefix.Length..]) is not { } url || !IsWellFormed(url))
            return null;
        if (authenticator.Authenticate(url, clusterName) is not { } identity)
            return null;
        // A principal without an access entry is nobody here: EKS answers 401, not 403.
        return authenticator.GroupsOf(clusterArn, identity.RoleArn) is { } groups
            ? new UserInfo(identity.Arn, [.. groups, "system:authenticated"], identity.Arn)
            : null;
    }

    private bool IsWellFormed(string presigned)
    {
        if (!Uri.TryCreate(presigned, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || url.AbsolutePath != "/" || !IsSts(url.Host))
            return false;
        var parameters = QueryHelpers.ParseQuery(url.Query).ToDictionary(p => p.Key.ToLowerInvariant(), p => p.Value.ToString());
        var signedHeaders = parameters.GetValueOrDefault("x-amz-signedheaders", "").Split(';');
        return parameters.Keys.All(AllowedParameters.Contains)
            && parameters.GetValueOrDefault("action") == "GetCallerIdentity"
            && signedHeaders.Contains("x-k8s-aws-id")
            && int.TryParse(parameters.GetValueOrDefault("x-amz-expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= 900
            && IsInTime(parameters.GetValueOrDefault("x-amz-date", ""));
    }

    private bool IsInTime(string date) =>
        DateTimeOffset.TryParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signed)
        && signed + Validity > time.GetUtcNow();

    // Any regional endpoint of the partition will do; the global one only exists in "aws".
    private bool IsSts(string host)
    {
        var suffix = clusterArn.StartsWith("arn:aws-cn:", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        return host == "sts.amazonaws.com"
            ? clusterArn.StartsWith("arn:aws:", StringComparison.Ordinal)
            : host.StartsWith("sts.", StringComparison.Ordinal) && host.EndsWith('.' + suffix, StringComparison.Ordinal) && host.Split('.').Length == suffix.Split('.').Length + 2;
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
