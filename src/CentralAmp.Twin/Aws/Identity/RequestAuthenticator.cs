using System.Globalization;
using CentralAmp.Twin.Aws.Signing;

namespace CentralAmp.Twin.Aws.Identity;

/// <summary>The key that signed a request, and the service and region of the signature.</summary>
public sealed record AuthenticatedRequest(AccessKey Key, string Service, string Region)
{
    public Caller Caller => Key.Caller;
}

/// <summary>Checks signature, key, session token and clock of every request, as every AWS endpoint does.</summary>
public sealed class RequestAuthenticator(KeyRing keys, TimeProvider time)
{
    // AWS refuses header signatures that are more than five minutes off.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <exception cref="AwsException">The request is not signed by a known key that is still valid.</exception>
    public AuthenticatedRequest Authenticate(SignedRequest request)
    {
        var claims = SignatureClaims.Read(request) ?? throw AwsException.NotSigned();
        var key = Verify(request, claims);
        CheckHost(request, claims);
        return new AuthenticatedRequest(key, claims.Service, claims.Region);
    }

    /// <exception cref="AwsException">The signature is not that of a known key that is still valid.</exception>
    public AccessKey Verify(SignedRequest request, SignatureClaims claims)
    {
        var key = keys.Find(claims.AccessKeyId) ?? throw AwsException.UnknownKey();
        if (key.Token != claims.SessionToken)
            throw AwsException.UnknownKey();

        var now = time.GetUtcNow();
        CheckClock(claims, now);
        if (!SignatureV4.Matches(request, claims, key.Secret))
            throw AwsException.WrongSignature();
        return key.Expires > now ? key : throw AwsException.ExpiredToken();
    }

    private static void CheckClock(SignatureClaims claims, DateTimeOffset now)
    {
        if (claims.SignedAt - ClockSkew > now)
            throw AwsException.WrongSignature($"Signature not yet current: {Format(claims.SignedAt)} is still later than {Format(now + ClockSkew)} ({Format(now)} + 5 min.)");

        var end = claims.SignedAt + (claims.ValidFor ?? ClockSkew);
        if (end < now)
            throw AwsException.WrongSignature($"Signature expired: {Format(claims.SignedAt)} is now earlier than {Format(now - (claims.ValidFor ?? ClockSkew))} ({Format(now)} - 5 min.)");
    }

    // A real host name belongs to one service and one region; the loopback address serves all of them.
    private static void CheckHost(SignedRequest request, SignatureClaims claims)
    {
        var host = (request.Header("Host") ?? "").Split(':')[0];
        if (!host.EndsWith(".amazonaws.com", StringComparison.Ordinal))
            return;

        var parts = host.Split('.');
        var service = parts[0] == "aps-workspaces" ? "aps" : parts[0];
        var region = parts.Length == 4 ? parts[1] : "us-east-1";
        if (service != claims.Service)
            throw AwsException.WrongSignature($"Credential should be scoped to correct service: '{service}'.");
        if (region != claims.Region)
            throw AwsException.WrongSignature("Credential should be scoped to a valid region.");
    }

    private static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString(SignatureV4.TimeFormat, CultureInfo.InvariantCulture);
}
