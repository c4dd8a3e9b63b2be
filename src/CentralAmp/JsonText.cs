using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CentralAmp;

/// <summary>JSON for operators to read and paste.</summary>
public static class JsonText
{
    /// <summary>JSON on one line, to be pasted into YAML. Only the necessary characters are escaped: <c>(.+)</c> stays <c>(.+)</c>.</summary>
    public static string Print(JsonObject value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
