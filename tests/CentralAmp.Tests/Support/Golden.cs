using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CentralAmp.Tests.Support;

/// <summary>Reads golden files: reviewed configuration beside the tests.</summary>
internal static class Golden
{
    public static void Check(string folder, string name, JsonNode rendered) =>
        CheckText(folder, $"{name}.golden.json", Text(rendered));

    public static void CheckText(string folder, string file, string rendered) =>
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, folder, file)), rendered);

    /// <summary>Indented.</summary>
    private static string Text(JsonNode rendered)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, IndentSize = 2, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            rendered.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
