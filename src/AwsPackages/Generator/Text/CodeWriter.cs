using System.Text;

namespace CentralAmp.AwsPackages.Generator.Text;

/// <summary>Writes indented C#: <see cref="Open"/> and <see cref="Close"/> keep the braces in step.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder text = new();
    private int depth;

    public CodeWriter Line(string line = "")
    {
        text.Append(' ', line.Length == 0 ? 0 : depth * 4).Append(line).Append('\n');
        return this;
    }

    public CodeWriter Lines(params string[] lines)
    {
        foreach (var line in lines)
        {
            Line(line);
        }

        return this;
    }

    public CodeWriter Open(string head)
    {
        Line(head).Line("{");
        depth++;
        return this;
    }

    /// <summary>Ends the block; <paramref name="tail"/> follows the brace, as in <c>};</c>.</summary>
    public CodeWriter Close(string tail = "")
    {
        depth--;
        return Line("}" + tail);
    }

    public override string ToString() => text.ToString();
}
