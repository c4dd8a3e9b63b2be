namespace CentralAmp.Clusters;

/// <summary>
/// Hosts of EKS's OIDC issuers. IAM's policies in both templates allow providers of these hosts only, so a function never registers the issuer of
/// somebody else.
/// </summary>
/// <remarks>
/// Observed are <c>oidc.eks.REGION.amazonaws.com</c> and, dual-stack, <c>oidc-eks.REGION.api.aws</c>. The domains of the other partitions are those of
/// partitions.json (AWS SDKs); no issuer of these partitions was seen.
/// </remarks>
public static class IssuerHosts
{
    private static readonly Dictionary<string, (string Suffix, string DualStackSuffix)> Domains = new(StringComparer.Ordinal)
    {
        ["aws"] = ("amazonaws.com", "api.aws"),
        ["aws-cn"] = ("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ["aws-eusc"] = ("amazonaws.eu", "api.amazonwebservices.eu"),
        ["aws-iso"] = ("c2s.ic.gov", "api.aws.ic.gov"),
        ["aws-iso-b"] = ("sc2s.sgov.gov", "api.aws.scloud"),
        ["aws-iso-e"] = ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        ["aws-iso-f"] = ("csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        ["aws-us-gov"] = ("amazonaws.com", "api.aws"),
    };

    /// <summary>Whether EKS can have given this issuer to a cluster of the region.</summary>
    public static bool IsIssuer(string? issuer, string partition, string region) =>
        Domains.TryGetValue(partition, out var domain)
        && Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
        && uri is { Scheme: "https", IsDefaultPort: true, UserInfo: "", Query: "", Fragment: "" }
        && (uri.Host == $"oidc.eks.{region}.{domain.Suffix}" || uri.Host == $"oidc-eks.{region}.{domain.DualStackSuffix}")
        && uri.AbsolutePath.StartsWith("/id/", StringComparison.Ordinal)
        && uri.AbsolutePath["/id/".Length..] is { Length: > 0 } id
        && id.All(char.IsAsciiLetterOrDigit);

    /// <summary>Whether a provider of IAM, named after its issuer without the scheme, can be of a cluster: others are not even read.</summary>
    public static bool IsProviderName(string name) =>
        Domains.Values.Any(domain => IsHost(name, "oidc.eks.", domain.Suffix) || IsHost(name, "oidc-eks.", domain.DualStackSuffix));

    private static bool IsHost(string name, string prefix, string suffix) =>
        name.Split('/') is [var host, "id", { Length: > 0 }]
        && host.Length > prefix.Length + suffix.Length + 1
        && host.StartsWith(prefix, StringComparison.Ordinal)
        && host.EndsWith($".{suffix}", StringComparison.Ordinal)
        && host[prefix.Length..^(suffix.Length + 1)].All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');
}
