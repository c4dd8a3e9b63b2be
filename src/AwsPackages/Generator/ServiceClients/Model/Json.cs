using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

/// <summary>Reading helpers for service models, where most traits are optional.</summary>
internal static class Json
{
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.ToString() : null;

    public static bool Flag(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static bool Has(this JsonElement element, string name) => element.TryGetProperty(name, out _);

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.EnumerateArray() : Enumerable.Empty<JsonElement>();

    public static IEnumerable<JsonProperty> Properties(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.EnumerateObject() : Enumerable.Empty<JsonProperty>();
}
