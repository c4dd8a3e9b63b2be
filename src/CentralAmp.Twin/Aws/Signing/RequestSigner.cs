using System.Globalization;
using System.Security.Cryptography;
using CentralAmp.Twin.Aws.Identity;

namespace CentralAmp.Twin.Aws.Signing;

/// <summary>Signs the few calls that the twin itself makes as an operator.</summary>
internal static class RequestSigner
{
    public static void Sign(HttpRequestMessage message, byte[] body, AccessKey key, string region, string service, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString(SignatureV4.TimeFormat, CultureInfo.InvariantCulture);
        message.Headers.Add("X-Amz-Date", time);
        message.Headers.Add("X-Amz-Content-Sha256", Convert.ToHexStringLower(SHA256.HashData(body)));
        var request = new SignedRequest(message.Method.Method, message.RequestUri!.AbsolutePath, message.RequestUri.Query.TrimStart('?'), new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Host"] = message.RequestUri.Authority,
            ["X-Amz-Date"] = time,
            ["X-Amz-Content-Sha256"] = message.Headers.GetValues("X-Amz-Content-Sha256").Single(),
        }, body);
        var claims = new SignatureClaims(key.Id, time[..8], region, service, ["host", "x-amz-content-sha256", "x-amz-date"], "", now, ValidFor: null, key.Token);
        message.Headers.TryAddWithoutValidation(
            "Authorization",
            $"{SignatureV4.Algorithm} Credential={key.Id}/{time[..8]}/{region}/{service}/aws4_request, SignedHeaders={string.Join(';', claims.SignedHeaders)}, Signature={SignatureV4.Compute(request, claims, key.Secret)}");
    }
}
