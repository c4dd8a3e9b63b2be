using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CentralAmp.Twin.Aws.Sts;

/// <summary>The claims of an OIDC token.</summary>
public sealed record WebIdentity(string Issuer, string Subject, IReadOnlyList<string> Audiences);

public interface IWebIdentityVerifier
{
    /// <summary>Reads the claims without verification: STS first looks for the provider, and fetches the keys only then.</summary>
    /// <exception cref="AwsException">The text is not a token.</exception>
    WebIdentity Read(string token);

    /// <exception cref="AwsException">The token is not signed by its issuer, or has expired.</exception>
    void VerifySignature(string token);
}

/// <summary>The public key of an issuer, from its JWKS; null if the issuer is unknown or has no such key.</summary>
public delegate RSA? IssuerKeys(string issuer, string keyId);

/// <summary>Checks service account tokens as STS does: by the key set of the issuer that the token names.</summary>
public sealed class WebIdentityVerifier(IssuerKeys issuerKeys, TimeProvider time) : IWebIdentityVerifier
{
    private const string NotAToken = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";

    public WebIdentity Read(string token) => Parse(token).Identity;

    public void VerifySignature(string token)
    {
        var (keyId, identity, expires) = Parse(token);
        var key = issuerKeys(identity.Issuer, keyId)
            ?? throw Invalid("Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements");
        var cut = token.LastIndexOf('.');
        if (!key.VerifyData(Encoding.ASCII.GetBytes(token[..cut]), Decode(token[(cut + 1)..]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            throw Invalid("Couldn't verify the signature of the token with the keys of its issuer");

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (expires <= now)
            throw new AwsException(400, "ExpiredTokenException", $"Token expired: current date/time {now} must be before the expiration date/time {expires}");
    }

    private static (string KeyId, WebIdentity Identity, long Expires) Parse(string token)
    {
        try
        {
            var parts = token.Split('.');
            using var head = JsonDocument.Parse(Decode(parts[0]));
            using var body = JsonDocument.Parse(Decode(parts[1]));
            if (parts.Length != 3 || head.RootElement.GetProperty("alg").GetString() != "RS256")
                throw Invalid(NotAToken);

            var (claims, audience) = (body.RootElement, body.RootElement.GetProperty("aud"));
            var identity = new WebIdentity(claims.GetProperty("iss").GetString()!, claims.GetProperty("sub").GetString()!, audience.ValueKind == JsonValueKind.Array
                ? [.. audience.EnumerateArray().Select(item => item.GetString()!)]
                : [audience.GetString()!]);
            return (head.RootElement.GetProperty("kid").GetString()!, identity, claims.GetProperty("exp").GetInt64());
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw Invalid(NotAToken);
        }
    }

    private static byte[] Decode(string text) => Base64Url.DecodeFromChars(text);

    private static AwsException Invalid(string message) => new(400, "InvalidIdentityToken", message);
}
