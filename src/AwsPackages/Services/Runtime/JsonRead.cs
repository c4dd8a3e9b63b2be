using System.Globalization;
using System.Text.Json;

namespace CentralAmp.AwsPackages.Runtime;

/// <summary>Reads members of a JSON response; null stands for absent and for JSON's null.</summary>
internal static class JsonRead
{
    public static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(JsonElement? element) => element?.GetString();

    public static bool? Boolean(JsonElement? element) => element?.GetBoolean();

    public static int? Integer(JsonElement? element) => element?.GetInt32();

    public static long? Long(JsonElement? element) => element?.GetInt64();

    public static double? Double(JsonElement? element) => element?.GetDouble();

    public static float? Float(JsonElement? element) => element?.GetSingle();

    public static MemoryStream? Blob(JsonElement? element) => element is { } value ? new(value.GetBytesFromBase64()) : null;

    /// <summary>Epoch seconds (read as a decimal: a double would lose the last digits of the milliseconds) or ISO 8601, in UTC.</summary>
    public static DateTime? Timestamp(JsonElement? element) => element switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number => DateTime.UnixEpoch.AddTicks((long)(number.GetDecimal() * TimeSpan.TicksPerSecond)),
        { } text => DateTime.Parse(text.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
    };

    public static List<T>? List<T>(JsonElement? element, Func<JsonElement?, T> read)
    {
        if (element is not { } array)
        {
            return null;
        }

        var items = new List<T>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            items.Add(read(Present(item)));
        }

        return items;
    }

    public static Dictionary<string, T>? Map<T>(JsonElement? element, Func<JsonElement?, T> read)
    {
        if (element is not { } map)
        {
            return null;
        }

        var items = new Dictionary<string, T>();
        foreach (var property in map.EnumerateObject())
        {
            items[property.Name] = read(Present(property.Value));
        }

        return items;
    }

    private static JsonElement? Present(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element;
}
