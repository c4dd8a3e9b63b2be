namespace AwsPackages.Tests.Fidelity;

/// <summary>
/// The committed list of what the generated STS client lacks: <c># reason</c> lines, each followed by members; <c>N namespace</c>
/// stands for everything in a namespace.
/// </summary>
internal sealed class KnownDifferences
{
    private readonly List<string> namespaces = [];
    private readonly HashSet<string> members = [];

    public IReadOnlySet<string> Members => members;

    public IReadOnlyList<string> Namespaces => namespaces;

    public static KnownDifferences Read(string path)
    {
        var known = new KnownDifferences();
        var hasReason = false;
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
        {
            hasReason |= line.StartsWith("# ", StringComparison.Ordinal);
            Assert.True(hasReason, $"'{line}' stands before the first reason");
            known.Add(line);
        }

        return known;
    }

    public bool IsInNamespace(string member) => namespaces.Any(name => Subject(member).StartsWith(name + ".", StringComparison.Ordinal));

    private static string Subject(string member) => member[2..].Replace("static ", "", StringComparison.Ordinal);

    private void Add(string line)
    {
        if (line.StartsWith("N ", StringComparison.Ordinal))
        {
            namespaces.Add(line[2..]);
        }
        else if (!line.StartsWith('#'))
        {
            Assert.True(members.Add(line), $"'{line}' is listed twice");
        }
    }
}
