using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes;

/// <summary>Compares desired JSON with the JSON that an API server stored.</summary>
public static class JsonMeaning
{
    /// <summary>
    /// True if the observed JSON contains everything desired: members in any order, numbers by value, lists item by item. Further members are
    /// defaults of the API server.
    /// </summary>
    public static bool Contains(JsonNode? observed, JsonNode? desired) => (observed, desired) switch
    {
        (_, null) => observed is null,
        (JsonObject have, JsonObject want) => want.All(member => have.TryGetPropertyValue(member.Key, out var value) && Contains(value, member.Value)),
        (JsonArray have, JsonArray want) => have.Count == want.Count && have.Zip(want).All(pair => Contains(pair.First, pair.Second)),
        (JsonValue have, JsonValue want) => Text(have) == Text(want),
        _ => false,
    };

    private static string Text(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.Number => Number(value.ToJsonString()),
        JsonValueKind.String => "\"" + value.GetValue<string>(),
        var kind => kind.ToString(),
    };

    private static string Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number.ToString("0.#############################", CultureInfo.InvariantCulture)
            : text;
}
