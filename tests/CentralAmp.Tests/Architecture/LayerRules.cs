namespace CentralAmp.Tests.Architecture;

/// <summary>Compares dependencies with a list of layers. Pure.</summary>
internal static class LayerRules
{
    /// <summary>Sentences that name both types of each dependency that points upwards, and of each namespace that the list lacks; empty if there is no violation.</summary>
    /// <param name="namespaces">From the highest to the lowest.</param>
    public static IReadOnlyList<string> Violations(IEnumerable<Dependency> dependencies, IReadOnlyList<string> namespaces)
    {
        var rank = namespaces.Index().ToDictionary(item => item.Item, item => item.Index);
        return
        [
            .. dependencies.Select(dependency => (rank.TryGetValue(dependency.FromNamespace, out var from), rank.TryGetValue(dependency.ToNamespace, out var to)) switch
            {
                (false, _) => $"{dependency}: {dependency.FromNamespace} is in no layer",
                (_, false) => $"{dependency}: {dependency.ToNamespace} is in no layer",
                _ when to < from => $"{dependency}: {dependency.ToNamespace} lies above {dependency.FromNamespace}",
                _ => "",
            }).Where(sentence => sentence.Length > 0),
        ];
    }

    /// <summary>For each two namespaces that need each other, one pair of types in either direction; independent of any list of layers.</summary>
    public static IReadOnlyList<string> Cycles(IEnumerable<Dependency> dependencies)
    {
        var first = dependencies.GroupBy(dependency => (dependency.FromNamespace, dependency.ToNamespace)).ToDictionary(group => group.Key, group => group.First());
        var edges = first.Keys.ToLookup(edge => edge.FromNamespace, edge => edge.ToNamespace);
        return
        [
            .. first.Keys.Where(edge => Reaches(edges, edge.ToNamespace, edge.FromNamespace))
                .Select(edge => $"{first[edge]}, and {edge.ToNamespace} needs {edge.FromNamespace}")
                .Order(StringComparer.Ordinal),
        ];
    }

    private static bool Reaches(ILookup<string, string> edges, string from, string to)
    {
        var (seen, open) = (new HashSet<string>(StringComparer.Ordinal) { from }, new Queue<string>([from]));
        while (open.TryDequeue(out var at))
        {
            if (at == to)
            {
                return true;
            }

            foreach (var next in edges[at].Where(seen.Add))
            {
                open.Enqueue(next);
            }
        }

        return false;
    }
}
