using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Access;

/// <summary>One rule of a Role or ClusterRole.</summary>
public sealed record PolicyRule(
    IReadOnlyList<string> Verbs,
    IReadOnlyList<string> Groups,
    IReadOnlyList<string> Resources,
    IReadOnlyList<string> Names,
    IReadOnlyList<string> Paths)
{
    public static IEnumerable<PolicyRule> Of(JsonObject role) => role.ObjectsAt("rules").Select(rule => new PolicyRule(
        rule.TextsAt("verbs"), rule.TextsAt("apiGroups"), rule.TextsAt("resources"), rule.TextsAt("resourceNames"), rule.TextsAt("nonResourceURLs")));

    public bool Allows(AccessRequest request)
    {
        if (!Has(Verbs, request.Verb))
            return false;
        if (request.Path.Length > 0)
            return Paths.Any(p => p == request.Path || (p.EndsWith('*') && request.Path.StartsWith(p[..^1], StringComparison.Ordinal)));
        return Has(Groups, request.Group) && HasResource(request.Resource) && (Names.Count == 0 || Names.Contains(request.Name));
    }

    /// <summary>Whether each single permission of this rule is held through one of the others (rule by rule, as Kubernetes breaks them down).</summary>
    public bool IsCoveredBy(IReadOnlyList<PolicyRule> held) =>
        Verbs.All(verb =>
            Paths.All(path => held.Any(h => h.Allows(new AccessRequest(verb, "", "", "", "") { Path = path }))) &&
            Groups.All(group => Resources.All(resource => NamesOrAll.All(name =>
                held.Any(h => h.Covers(verb, group, resource, name))))));

    public override string ToString()
    {
        var parts = new (string Name, IReadOnlyList<string> Values)[]
        {
            ("APIGroups", Groups), ("Resources", Resources), ("ResourceNames", Names), ("NonResourceURLs", Paths), ("Verbs", Verbs),
        };
        return "{" + string.Join(", ", parts.Where(p => p.Values.Count > 0)
            .Select(p => $"{p.Name}:[{string.Join(' ', p.Values.Select(v => $"\"{v}\""))}]")) + "}";
    }

    // Null stands for a rule without names, which means every name.
    private IEnumerable<string?> NamesOrAll => Names.Count == 0 ? new string?[] { null } : (IEnumerable<string?>)Names;

    private bool Covers(string verb, string group, string resource, string? name) =>
        Has(Verbs, verb) && Has(Groups, group) && HasResource(resource) &&
        (Names.Count == 0 || (name is not null && Names.Contains(name)));

    private bool HasResource(string resource) =>
        Has(Resources, resource) ||
        (resource.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && Resources.Contains("*" + resource[slash..]));

    private static bool Has(IReadOnlyList<string> values, string value) => values.Contains("*") || values.Contains(value);
}
