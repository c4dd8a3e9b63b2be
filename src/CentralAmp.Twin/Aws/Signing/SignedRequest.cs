namespace CentralAmp.Twin.Aws.Signing;

/// <summary>A request as it came over the wire; nothing is decoded, because the signature is over what was sent.</summary>
/// <param name="RawPath">Path, still percent-encoded.</param>
/// <param name="RawQuery">Query without the question mark, still percent-encoded.</param>
/// <param name="Headers">Names in any case; several values of one header are joined with commas.</param>
public sealed record SignedRequest(
    string Method,
    string RawPath,
    string RawQuery,
    IReadOnlyDictionary<string, string> Headers,
    ReadOnlyMemory<byte> Body)
{
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>Name and value pairs of the query, decoded.</summary>
    public IEnumerable<KeyValuePair<string, string>> Query =>
        RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            return cut < 0
                ? KeyValuePair.Create(Uri.UnescapeDataString(pair), "")
                : KeyValuePair.Create(Uri.UnescapeDataString(pair[..cut]), Uri.UnescapeDataString(pair[(cut + 1)..]));
        });

    public string? QueryValue(string name) =>
        Query.Where(pair => pair.Key == name).Select(pair => pair.Value).FirstOrDefault();
}
