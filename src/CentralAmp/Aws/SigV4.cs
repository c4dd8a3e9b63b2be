using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;

namespace CentralAmp.Aws;

/// <summary>Signature Version 4 for requests without an SDK client: AMP's data plane and the EKS token.</summary>
/// <remarks>Rules: IAM User Guide, "Create a signed AWS API request"; every service but S3 encodes path segments twice.</remarks>
public static class SigV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Adds <c>X-Amz-Date</c>, <c>X-Amz-Security-Token</c> and <c>Authorization</c>. Signs the host and every header already on the request or its content.</summary>
    /// <param name="body">Exactly the bytes that will be sent.</param>
    public static void Sign(
        HttpRequestMessage request, ReadOnlySpan<byte> body, ImmutableCredentials credentials, string region, string service, DateTimeOffset now)
    {
        var uri = request.RequestUri ?? throw new ArgumentException("The request has no address.", nameof(request));
        request.Headers.TryAddWithoutValidation("X-Amz-Date", Timestamp(now));
        if (credentials.UseToken)
        {
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", credentials.Token);
        }

        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = uri.Authority };
        foreach (var (name, values) in request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>()))
        {
            headers[name.ToLowerInvariant()] = string.Join(",", values.Select(value => value.Trim()));
        }

        var scope = Scope(now, region, service);
        var canonical = Canonical(request.Method.Method, uri, Query(uri), headers, Hex(SHA256.HashData(body)));
        var signature = Signature(canonical, scope, credentials, region, service, now);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"{Algorithm} Credential={credentials.AccessKey}/{scope}, SignedHeaders={string.Join(';', headers.Keys)}, Signature={signature}");
    }

    /// <summary>A presigned address for GET, valid for a limited time. It is a secret: never log it.</summary>
    /// <param name="headers">Signed headers besides <c>host</c>, which the caller must send unchanged; names in lower case.</param>
    public static Uri Presign(
        Uri uri,
        IReadOnlyDictionary<string, string> headers,
        TimeSpan expires,
        ImmutableCredentials credentials,
        string region,
        string service,
        DateTimeOffset now)
    {
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = uri.Authority };
        foreach (var (name, value) in headers)
        {
            signed[name] = value.Trim();
        }

        var scope = Scope(now, region, service);
        var query = Query(uri);
        query.Add(("X-Amz-Algorithm", Algorithm));
        query.Add(("X-Amz-Credential", $"{credentials.AccessKey}/{scope}"));
        query.Add(("X-Amz-Date", Timestamp(now)));
        query.Add(("X-Amz-Expires", ((long)expires.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        query.Add(("X-Amz-SignedHeaders", string.Join(';', signed.Keys)));
        if (credentials.UseToken)
        {
            query.Add(("X-Amz-Security-Token", credentials.Token));
        }

        var canonical = Canonical("GET", uri, query, signed, Hex(SHA256.HashData([])));
        var signature = Signature(canonical, scope, credentials, region, service, now);
        return new UriBuilder(uri) { Query = $"{CanonicalQuery(query)}&X-Amz-Signature={signature}" }.Uri;
    }

    private static string Canonical(
        string method, Uri uri, IEnumerable<(string Name, string Value)> query, SortedDictionary<string, string> headers, string bodyHash)
    {
        var text = new StringBuilder();
        text.Append(method).Append('\n');
        // AbsolutePath is encoded once already; the canonical path encodes each segment again.
        text.AppendJoin('/', uri.AbsolutePath.Split('/').Select(Uri.EscapeDataString)).Append('\n');
        text.Append(CanonicalQuery(query)).Append('\n');
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        return text.Append('\n').AppendJoin(';', headers.Keys).Append('\n').Append(bodyHash).ToString();
    }

    private static string CanonicalQuery(IEnumerable<(string Name, string Value)> query) => string.Join('&', query
        .Select(pair => (Name: Uri.EscapeDataString(pair.Name), Value: Uri.EscapeDataString(pair.Value)))
        .OrderBy(pair => pair.Name, StringComparer.Ordinal)
        .ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => $"{pair.Name}={pair.Value}"));

    private static List<(string Name, string Value)> Query(Uri uri) =>
    [
        .. uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => (Decode(pair[0]), pair.Length == 2 ? Decode(pair[1]) : "")),
    ];

    private static string Signature(
        string canonical, string scope, ImmutableCredentials credentials, string region, string service, DateTimeOffset now)
    {
        var toSign = $"{Algorithm}\n{Timestamp(now)}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey);
        foreach (var part in (string[])[Date(now), region, service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    private static string Scope(DateTimeOffset now, string region, string service) => $"{Date(now)}/{region}/{service}/aws4_request";

    private static string Date(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static string Timestamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
