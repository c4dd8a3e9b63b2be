using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>A template as text and as YAML nodes; CloudFormation's tags (<c>!Ref</c>, <c>!Sub</c>) stay on their nodes.</summary>
internal sealed class Template
{
    private Template(string path)
    {
        Name = path;
        var text = File.ReadAllText(Repository.PathOf(path));
        Lines = text.Split('\n');
        var stream = new YamlStream();
        using var reader = new StringReader(text);
        stream.Load(reader);
        Root = (YamlMappingNode)stream.Documents[0].RootNode;
    }

    public static Template Hub { get; } = new("template.yaml");

    public static Template Member { get; } = new("src/MemberAccount/template.yaml");

    public static Template Workspace { get; } = new("src/Workspace/template.yaml");

    public static Template Reader { get; } = new("src/Grafana/reader.yaml");

    /// <summary>What onboards clusters, and therefore has events, roles and issuers.</summary>
    public static IReadOnlyList<Template> OfOnboarding { get; } = [Hub, Member];

    public static IReadOnlyList<Template> All { get; } = [.. OfOnboarding, Workspace, Reader];

    public string Name { get; }

    public IReadOnlyList<string> Lines { get; }

    public YamlMappingNode Root { get; }

    public IEnumerable<(string Id, YamlMappingNode Resource)> Resources => Entries(Map(Root, "Resources")!).Select(e => (e.Key, (YamlMappingNode)e.Value));

    public IEnumerable<(string Id, YamlMappingNode Resource)> OfType(string type) => Resources.Where(r => Text(r.Resource, "Type") == type);

    public YamlMappingNode Properties(string id) => Map(Resources.Single(r => r.Id == id).Resource, "Properties")!;

    /// <summary>Every statement of every policy with its resource; a statement can be single, in a list, or under a condition.</summary>
    public IEnumerable<(string Resource, YamlMappingNode Statement)> Statements =>
        from resource in Resources
        from node in Descendants(resource.Resource)
        where node.Key == "Statement" && node.Value is YamlMappingNode
        select (resource.Id, (YamlMappingNode)node.Value);

    /// <summary>The value of <c>!If [condition, value, ...]</c> if its condition holds, else the node itself.</summary>
    public static YamlNode Where(YamlNode node) => node is YamlSequenceNode { Tag.Value: "!If" } conditional ? conditional[1] : node;

    public static YamlMappingNode? Map(YamlNode node, string key) => Child(node, key) as YamlMappingNode;

    public static string? Text(YamlNode node, string key) => (Child(node, key) as YamlScalarNode)?.Value;

    public static YamlNode? Child(YamlNode node, string key) =>
        node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    public static IEnumerable<(string Key, YamlNode Value)> Entries(YamlNode node) =>
        node is YamlMappingNode map ? map.Children.Select(c => (((YamlScalarNode)c.Key).Value!, c.Value)) : [];

    /// <summary>One text or a list of texts, as a list.</summary>
    public static IEnumerable<string> Texts(YamlNode? node) => node switch
    {
        YamlScalarNode scalar => [scalar.Value!],
        YamlSequenceNode list => list.Children.SelectMany(Texts),
        _ => [],
    };

    /// <summary>All nodes below a node, each with the key of the nearest mapping.</summary>
    public static IEnumerable<(string Key, YamlNode Value)> Descendants(YamlNode node, string under = "") => node switch
    {
        YamlMappingNode => Entries(node).SelectMany(e => Descendants(e.Value, e.Key).Prepend((e.Key, e.Value))),
        YamlSequenceNode list => list.Children.SelectMany(child => Descendants(child, under).Prepend((under, child))),
        _ => [],
    };

    public override string ToString() => Name;
}
