using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CentralAmp.Twin.Aws.Signing;

/// <summary>The claims of a Signature Version 4, from the Authorization header or from a presigned query.</summary>
public sealed record SignatureClaims(
    string AccessKeyId,
    string Date,
    string Region,
    string Service,
    IReadOnlyList<string> SignedHeaders,
    string Signature,
    DateTimeOffset SignedAt,
    TimeSpan? ValidFor,
    string? SessionToken)
{
    public bool IsPresigned => ValidFor is not null;

    /// <summary>Reads the claims; null if the request is not signed, or not in this way.</summary>
    public static SignatureClaims? Read(SignedRequest request) =>
        request.Header("Authorization") is { } header ? FromHeader(request, header) : FromQuery(request);

    private static SignatureClaims? FromHeader(SignedRequest request, string header)
    {
        if (!header.StartsWith(SignatureV4.Algorithm + " ", StringComparison.Ordinal))
            return null;

        var fields = header[SignatureV4.Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(field => field.Split('=', 2)).Where(field => field.Length == 2).ToDictionary(field => field[0], field => field[1]);
        return Create(
            fields.GetValueOrDefault("Credential"), fields.GetValueOrDefault("SignedHeaders"), fields.GetValueOrDefault("Signature"),
            request.Header("X-Amz-Date"), validFor: null, request.Header("X-Amz-Security-Token"));
    }

    private static SignatureClaims? FromQuery(SignedRequest request)
    {
        if (request.QueryValue("X-Amz-Algorithm") != SignatureV4.Algorithm
            || !int.TryParse(request.QueryValue("X-Amz-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return null;

        return Create(
            request.QueryValue("X-Amz-Credential"), request.QueryValue("X-Amz-SignedHeaders"), request.QueryValue("X-Amz-Signature"),
            request.QueryValue("X-Amz-Date"), TimeSpan.FromSeconds(seconds), request.QueryValue("X-Amz-Security-Token"));
    }

    private static SignatureClaims? Create(
        string? credential, string? signedHeaders, string? signature, string? signedAt, TimeSpan? validFor, string? token) =>
        credential?.Split('/') is [var key, var date, var region, var service, "aws4_request"]
        && signedHeaders is not null && signature is not null
        && DateTimeOffset.TryParseExact(signedAt, SignatureV4.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new SignatureClaims(key, date, region, service, signedHeaders.Split(';'), signature, time, validFor, token)
            : null;
}

/// <summary>AWS Signature Version 4, from the server's side ("Signature Version 4 signing process" of the IAM user guide).</summary>
public static class SignatureV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    public const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const string Unsigned = "UNSIGNED-PAYLOAD";

    /// <summary>Whether the signature is the one that the secret gives for this request.</summary>
    public static bool Matches(SignedRequest request, SignatureClaims claims, string secret) =>
        claims.SignedHeaders.Contains("host")
        && Format(claims).StartsWith(claims.Date, StringComparison.Ordinal)
        && Compute(request, claims, secret) is { } expected
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(claims.Signature));

    /// <summary>The signature for key, scope, time and signed headers of the claims; null if the body is not the one that was signed.</summary>
    public static string? Compute(SignedRequest request, SignatureClaims claims, string secret)
    {
        if (PayloadHash(request, claims) is not { } payloadHash)
            return null;

        var toSign = string.Join('\n',
            Algorithm, Format(claims), $"{claims.Date}/{claims.Region}/{claims.Service}/aws4_request",
            Hex(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalRequest(request, claims, payloadHash)))));
        return Hex(Mac(SigningKey(claims, secret), toSign));
    }

    private static string Format(SignatureClaims claims) => claims.SignedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    // A body that is not the one whose hash was signed fails here. Only S3 leaves bodies unsigned.
    private static string? PayloadHash(SignedRequest request, SignatureClaims claims)
    {
        var actual = Hex(SHA256.HashData(request.Body.Span));
        var claimed = request.Header("X-Amz-Content-Sha256");
        if (claims.Service == "s3" && (claimed == Unsigned || claims.IsPresigned))
            return Unsigned;
        return claimed is null || claimed == actual ? actual : null;
    }

    private static string CanonicalRequest(SignedRequest request, SignatureClaims claims, string payloadHash)
    {
        var headers = claims.SignedHeaders.Select(name => $"{name}:{Collapse(request.Header(name) ?? "")}\n");
        return string.Join('\n',
            request.Method,
            claims.Service == "s3" ? request.RawPath : Encode(request.RawPath, keepSlash: true),
            CanonicalQuery(request),
            string.Concat(headers),
            string.Join(';', claims.SignedHeaders),
            payloadHash);
    }

    private static string CanonicalQuery(SignedRequest request) =>
        string.Join('&', request.Query
            .Where(pair => pair.Key != "X-Amz-Signature")
            .Select(pair => (Name: Encode(pair.Key), Value: Encode(pair.Value)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}"));

    private static byte[] SigningKey(SignatureClaims claims, string secret) =>
        ((string[])[claims.Date, claims.Region, claims.Service, "aws4_request"]).Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), Mac);

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static string Collapse(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    // The path is encoded as it was sent, so its percent signs are encoded again; only S3 signs the path itself.
    private static string Encode(string text, bool keepSlash = false)
    {
        var encoded = Uri.EscapeDataString(text);
        return keepSlash ? encoded.Replace("%2F", "/", StringComparison.Ordinal) : encoded;
    }
}
