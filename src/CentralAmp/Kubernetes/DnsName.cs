using System.Text.RegularExpressions;

namespace CentralAmp.Kubernetes;

/// <summary>Names of objects in Kubernetes that become part of a path (RFC 1123, as the API server checks them). A resource may name an object that cannot exist, such as <c>..</c>.</summary>
public static partial class DnsName
{
    public const int MostCharacters = 253;
    public const int MostCharactersOfLabel = 63;

    /// <summary>Of most objects.</summary>
    public static bool IsName(string text) => text.Length <= MostCharacters && Subdomain().IsMatch(text);

    /// <summary>Of namespaces.</summary>
    public static bool IsLabel(string text) => text.Length <= MostCharactersOfLabel && Label().IsMatch(text);

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();
}
