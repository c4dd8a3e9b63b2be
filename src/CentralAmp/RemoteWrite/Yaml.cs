using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CentralAmp.RemoteWrite;

/// <summary>Prints JSON as readable YAML in block style.</summary>
internal static partial class Yaml
{
    private static readonly EmitterSettings Settings = new EmitterSettings().WithBestWidth(int.MaxValue).WithNewLine("\n");

    public static string Print(JsonObject value)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        var emitter = new Emitter(writer, Settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, value);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, members.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (name, value) in members)
                {
                    Emit(emitter, JsonValue.Create(name));
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray items:
                // Lists of scalars are most readable on one line: [__name__, le].
                var style = items.All(item => item is JsonValue) ? SequenceStyle.Flow : SequenceStyle.Block;
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));
                foreach (var item in items)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            default:
                emitter.Emit(Scalar(node));
                break;
        }
    }

    private static Scalar Scalar(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is var text
        ? new Scalar(AnchorName.Empty, TagName.Empty, text, StyleOf(text), true, true)
        : new Scalar(node?.ToJsonString() ?? "null");

    private static ScalarStyle StyleOf(string text) =>
        text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : ReadsAsText(text) ? ScalarStyle.Plain : ScalarStyle.SingleQuoted;

    /// <summary>Without quotation marks, YAML reads an account id as a number and "on" as a boolean.</summary>
    private static bool ReadsAsText(string text) => PlainText().IsMatch(text) && !Truth().IsMatch(text);

    [GeneratedRegex(@"\A([A-Za-z_/][\w./:@+-]*|\d+([smhd]|[KMG]i))\z")]
    private static partial Regex PlainText();

    [GeneratedRegex(@"\A(y|n|yes|no|on|off|true|false|null)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Truth();
}
