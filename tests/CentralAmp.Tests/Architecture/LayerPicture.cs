using System.Text;

namespace CentralAmp.Tests.Architecture;

/// <summary>The layers as a Mermaid diagram.</summary>
internal static class LayerPicture
{
    public static string Of(IReadOnlyList<Layer> layers)
    {
        var text = new StringBuilder("flowchart TB\n");
        foreach (var layer in layers)
        {
            text.Append("  ").Append(layer.Name).Append("[\"<b>").Append(layer.Name).Append("</b><br/>").AppendJoin("<br/>", layer.Folders).Append("\"]\n");
        }

        return text.Append("  ").AppendJoin(" --> ", layers.Select(layer => layer.Name)).Append('\n').ToString();
    }
}
