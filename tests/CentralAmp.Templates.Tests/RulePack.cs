using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>The rules in src/Workspace/template.yaml.</summary>
internal static class RulePack
{
    public static IReadOnlyList<YamlMappingNode> Rules { get; } = Read();

    public static IEnumerable<string> Alerts => Rules.Select(rule => Template.Text(rule, "alert")).OfType<string>();

    public static IEnumerable<string> Records => Rules.Select(rule => Template.Text(rule, "record")).OfType<string>();

    private static List<YamlMappingNode> Read()
    {
        var stream = new YamlStream();
        using var reader = new StringReader(Template.Text(Template.Workspace.Properties("Pack"), "Data")!);
        stream.Load(reader);
        return [.. from YamlMappingNode @group in (YamlSequenceNode)Template.Child(stream.Documents[0].RootNode, "groups")! from YamlMappingNode rule in (YamlSequenceNode)Template.Child(@group, "rules")! select rule];
    }
}
