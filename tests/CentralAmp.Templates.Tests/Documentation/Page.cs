using System.Text.RegularExpressions;

namespace CentralAmp.Templates.Tests.Documentation;

/// <summary>A page of docs/, as far as the tests read it. Text in code fences is neither a heading nor a table.</summary>
internal sealed partial class Page
{
    private readonly List<string> lines = [];

    public Page(string name)
    {
        var fenced = false;
        foreach (var line in File.ReadLines(Repository.PathOf($"docs/{name}")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                fenced = !fenced;
            }
            else if (!fenced)
            {
                lines.Add(line);
            }
        }
    }

    public IEnumerable<string> Headings(int level)
    {
        var mark = new string('#', level) + " ";
        return lines.Where(line => line.StartsWith(mark, StringComparison.Ordinal)).Select(line => line[mark.Length..]);
    }

    /// <summary>Lines with text under a heading, up to the next one of any level.</summary>
    public IReadOnlyList<string> Under(string heading) =>
        [.. lines.SkipWhile(line => line.TrimStart('#') != $" {heading}").Skip(1).TakeWhile(line => !line.StartsWith('#')).Where(line => line.Length > 0)];

    /// <summary>Cells of the rows of the table under a heading, without its head.</summary>
    public IEnumerable<string[]> Rows(string heading) =>
        Under(heading).Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    /// <summary>The texts in backticks of a cell.</summary>
    public static IEnumerable<string> Names(string cell) => Code().Matches(cell).Select(match => match.Groups[1].Value);

    /// <summary>Anchors of other headings that the page links to.</summary>
    public IEnumerable<string> Links => lines.SelectMany(line => Anchor().Matches(line)).Select(match => match.Groups[1].Value);

    /// <summary>GitHub's rule for anchors: lower case, no punctuation, hyphens for blanks.</summary>
    public IEnumerable<string> Anchors => lines.Where(line => line.StartsWith('#'))
        .Select(line => Punctuation().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(#([^)]+)\)")]
    private static partial Regex Anchor();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
