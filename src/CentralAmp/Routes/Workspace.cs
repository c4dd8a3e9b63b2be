using System.Text.RegularExpressions;

namespace CentralAmp.Routes;

/// <summary>An AMP workspace and the address of its data plane.</summary>
/// <param name="Endpoint">Ends in a slash, without <c>api/v1/</c>.</param>
public sealed partial record Workspace(string Arn, string Endpoint)
{
    /// <summary>Fourth part of the ARN: a workspace may be in any region.</summary>
    public string Region => RegionOf(Arn);

    /// <summary>Without a slash at the end: with one, AMP answers 403 "Missing Authentication Token" (aws.md, "Data plane").</summary>
    public string RemoteWriteUrl => RemoteWriteUrlOf(Endpoint);

    /// <param name="endpoint">As <see cref="Endpoint"/>.</param>
    public static string RemoteWriteUrlOf(string endpoint) => endpoint + "api/v1/remote_write";

    public static bool IsArn(string text) => WorkspaceArn().IsMatch(text);

    public static string RegionOf(string arn) => arn.Split(':')[3];

    /// <summary><c>ws-…</c></summary>
    public static string IdOf(string arn) => arn[(arn.LastIndexOf('/') + 1)..];

    /// <summary>AMP's API reference documents an address that ends in <c>api/v1/</c>; the actual one does not (aws.md, "prometheusEndpoint").</summary>
    public static string Normalize(string endpoint)
    {
        const string Suffix = "/api/v1";
        var trimmed = endpoint.TrimEnd('/');
        return (trimmed.EndsWith(Suffix, StringComparison.Ordinal) ? trimmed[..^Suffix.Length] : trimmed) + "/";
    }

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:aps:[a-z0-9-]+:[0-9]{12}:workspace/ws-[A-Za-z0-9-]+\z")]
    private static partial Regex WorkspaceArn();
}
