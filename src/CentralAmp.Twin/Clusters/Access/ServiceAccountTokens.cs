using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Access;

/// <summary>Signs and checks the tokens of a cluster's service accounts (RS256), as its OIDC issuer publishes them.</summary>
public sealed class ServiceAccountTokens(string issuer, RSA key, string keyId, TimeProvider time)
{
    /// <summary>Audience of tokens for the API server itself.</summary>
    public const string ApiAudience = "https://kubernetes.default.svc";

    public string Issuer => issuer;

    public RSA Key => key;

    public string KeyId => keyId;

    /// <summary>A token for the service account, and when it expires.</summary>
    public (string Token, DateTimeOffset Expires) Mint(JsonObject serviceAccount, IReadOnlyList<string> audiences, TimeSpan validity)
    {
        var now = time.GetUtcNow();
        var (ns, name) = (serviceAccount.Namespace(), serviceAccount.Name());
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray([.. audiences.Select(a => JsonValue.Create(a))]),
            ["exp"] = (now + validity).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = new JsonObject
            {
                ["namespace"] = ns,
                ["serviceaccount"] = new JsonObject { ["name"] = name, ["uid"] = serviceAccount.Uid() },
            },
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = $"system:serviceaccount:{ns}:{name}",
        };
        var header = new JsonObject { ["alg"] = "RS256", ["kid"] = keyId };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return ($"{signed}.{Base64Url.EncodeToString(signature)}", now + validity);
    }

    /// <summary>The service account that calls the API server with its own token; null if the token is not signed by this cluster, has expired, or has another audience.</summary>
    public UserInfo? Authenticate(string token)
    {
        try
        {
            if (token.Split('.') is not [var header, var claims, var signature])
                return null;
            var signed = Encoding.ASCII.GetBytes($"{header}.{claims}");
            if (!key.VerifyData(signed, Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
                return null;
            var body = JsonNode.Parse(Base64Url.DecodeFromChars(claims));
            var inTime = body.NumberAt("exp") > time.GetUtcNow().ToUnixTimeSeconds();
            if (!inTime || !body.TextsAt("aud").Contains(ApiAudience) || body.TextAt("sub") is not { } subject)
                return null;
            var ns = body.TextAt("kubernetes.io", "namespace");
            return new UserInfo(subject, ["system:serviceaccounts", $"system:serviceaccounts:{ns}", "system:authenticated"], subject);
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    public static string Timestamp(DateTimeOffset instant) => instant.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToText()));
}
