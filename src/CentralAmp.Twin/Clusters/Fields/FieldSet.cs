using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Fields;

/// <summary>
/// A set of field paths in the form of Kubernetes' FieldsV1: <c>f:name</c> a field, <c>k:{…}</c> an item of a list by its
/// keys, <c>v:…</c> a value of a set, <c>.</c> the item itself in addition to its children.
/// </summary>
public sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> children = new(StringComparer.Ordinal);

    /// <summary>The path that leads here is in the set.</summary>
    public bool Member { get; set; }

    public IEnumerable<KeyValuePair<string, FieldSet>> Children => children;

    public bool IsEmpty => !Member && children.Values.All(c => c.IsEmpty);

    /// <summary>The set below this path element, made if it is not there.</summary>
    public FieldSet Below(string element)
    {
        if (!children.TryGetValue(element, out var child))
            children[element] = child = new FieldSet();
        return child;
    }

    public FieldSet? Find(string element) => children.GetValueOrDefault(element);

    public FieldSet Union(FieldSet other)
    {
        var result = new FieldSet { Member = Member || other.Member };
        foreach (var element in children.Keys.Union(other.children.Keys))
            result.children[element] = (Find(element) ?? new FieldSet()).Union(other.Find(element) ?? new FieldSet());
        return result;
    }

    public FieldSet Except(FieldSet other)
    {
        var result = new FieldSet { Member = Member && !other.Member };
        foreach (var (element, child) in children)
        {
            var rest = other.Find(element) is { } theirs ? child.Except(theirs) : child;
            if (!rest.IsEmpty)
                result.children[element] = rest;
        }
        return result;
    }

    public FieldSet Intersect(FieldSet other)
    {
        var result = new FieldSet { Member = Member && other.Member };
        foreach (var (element, child) in children)
        {
            if (other.Find(element) is { } theirs && child.Intersect(theirs) is { IsEmpty: false } both)
                result.children[element] = both;
        }
        return result;
    }

    public bool SameAs(FieldSet other) => Except(other).IsEmpty && other.Except(this).IsEmpty;

    /// <summary>The paths of the set as Kubernetes writes them in causes: <c>.spec.containers[name="x"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (Member)
            yield return prefix;
        foreach (var path in children.SelectMany(c => c.Value.Paths(prefix + Display(c.Key))))
            yield return path;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Member && children.Count > 0)
            json["."] = new JsonObject();
        foreach (var (element, child) in children)
            json[element] = child.ToJson();
        return json;
    }

    public static FieldSet FromJson(JsonObject json)
    {
        // A leaf is a member; an inner node only with the dot.
        var result = new FieldSet { Member = json.Count == 0 || json.ContainsKey(".") };
        foreach (var (element, child) in json)
        {
            if (element != ".")
                result.children[element] = FromJson((JsonObject)child!);
        }
        return result;
    }

    private static string Display(string element)
    {
        var content = element[2..];
        return element[0] switch
        {
            'f' => "." + content,
            'v' => $"[={content}]",
            _ => $"[{string.Join(',', ((JsonObject)JsonNode.Parse(content)!).Select(k => $"{k.Key}={k.Value?.ToText()}"))}]",
        };
    }
}
