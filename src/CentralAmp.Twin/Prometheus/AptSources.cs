namespace CentralAmp.Twin.Prometheus;

/// <summary>A Debian archive that this machine is configured to use.</summary>
/// <param name="Options">Options of a one-line source entry that say how the archive is trusted, empty if none.</param>
public sealed record AptArchive(string Uri, string Options);

/// <summary>Reads where this machine gets Debian packages from: one-line lists and deb822 sources.</summary>
public static class AptSources
{
    private static readonly string[] Aliases = ["stable", "oldstable", "testing", "unstable", "sid"];

    /// <summary>Archives of the machine's own release, section main, in the order they are configured.</summary>
    /// <param name="contents">Content of each file by its name (.list or .sources).</param>
    /// <param name="codename">VERSION_CODENAME of the machine.</param>
    public static IReadOnlyList<AptArchive> Parse(IEnumerable<(string File, string Content)> contents, string codename) =>
    [.. contents
        .SelectMany(c => c.File.EndsWith(".sources", StringComparison.Ordinal) ? ParseStanzas(c.Content) : ParseLines(c.Content))
        .Where(source => source.Suites.Any(s => s == codename || Aliases.Contains(s)) && source.Components.Contains("main"))
        .SelectMany(source => source.Uris.Select(uri => new AptArchive(uri.TrimEnd('/'), source.Options)))
        .Distinct()];

    private static IEnumerable<Source> ParseLines(string content)
    {
        foreach (var line in content.Split('\n').Select(l => l.Split('#')[0].Trim()).Where(l => l.StartsWith("deb ", StringComparison.Ordinal)))
        {
            var rest = line[4..].Trim();
            var options = "";
            if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            {
                options = string.Join(' ', Words(rest[1..end]).Where(o => o.StartsWith("signed-by=", StringComparison.Ordinal) || o.StartsWith("trusted=", StringComparison.Ordinal)));
                rest = rest[(end + 1)..];
            }
            if (Words(rest) is [var uri, var suite, .. var components])
                yield return new Source([uri], [suite], components, options);
        }
    }

    private static IEnumerable<Source> ParseStanzas(string content)
    {
        foreach (var stanza in content.ReplaceLineEndings("\n").Split("\n\n"))
        {
            var fields = Fields(stanza);
            if (!Words(fields.GetValueOrDefault("types", "")).Contains("deb") || fields.GetValueOrDefault("enabled") == "no")
                continue;
            // A key written into the stanza itself cannot be an option of one line; apt then falls back to its trusted keys.
            List<string> options = [];
            if (fields.GetValueOrDefault("signed-by") is { } key && key.StartsWith('/'))
                options.Add($"signed-by={key}");
            if (fields.GetValueOrDefault("trusted") is { } trusted)
                options.Add($"trusted={trusted}");
            yield return new Source(
                Words(fields.GetValueOrDefault("uris", "")), Words(fields.GetValueOrDefault("suites", "")),
                Words(fields.GetValueOrDefault("components", "")), string.Join(' ', options));
        }
    }

    private static Dictionary<string, string> Fields(string stanza)
    {
        var fields = new Dictionary<string, string>();
        var last = "";
        foreach (var line in stanza.Split('\n').Where(l => !l.StartsWith('#')))
        {
            if (line.StartsWith(' ') && last.Length > 0)
                fields[last] += " " + line.Trim();
            else if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
                fields[last = line[..colon].Trim().ToLowerInvariant()] = line[(colon + 1)..].Trim();
        }
        return fields;
    }

    private static string[] Words(string text) => text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private sealed record Source(IReadOnlyList<string> Uris, IReadOnlyList<string> Suites, IReadOnlyList<string> Components, string Options);
}
