using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CentralAmp;

/// <summary>JSON as people read and paste it.</summary>
public static class JsonText
{
    /// <summary>One line for a person to paste (JSON is YAML): <c>(.+)</c> stays <c>(.+)</c>.</summary>
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
