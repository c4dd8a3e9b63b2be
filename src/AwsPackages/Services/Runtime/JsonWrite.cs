using System.Text.Json;
using Amazon.Runtime.Internal;

namespace CentralAmp.AwsPackages.Runtime;

internal static class JsonWrite
{
    public static void Body<T>(IRequest request, string contentType, T value, Action<Utf8JsonWriter, T> members)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Structure(writer, value, members);
        }

        request.Content = stream.ToArray();
        request.Headers["Content-Type"] = contentType;
    }

    public static void Structure<T>(Utf8JsonWriter writer, T value, Action<Utf8JsonWriter, T> members)
    {
        writer.WriteStartObject();
        members(writer, value);
        writer.WriteEndObject();
    }

    public static void List<T>(Utf8JsonWriter writer, List<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }

    public static void Map<T>(Utf8JsonWriter writer, Dictionary<string, T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartObject();
        foreach (var (key, item) in items)
        {
            writer.WritePropertyName(key);
            write(writer, item);
        }

        writer.WriteEndObject();
    }

    public static void Timestamp(Utf8JsonWriter writer, DateTime value) =>
        writer.WriteNumberValue((decimal)(value.ToUniversalTime() - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond);
}
