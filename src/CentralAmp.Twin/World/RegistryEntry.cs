using System.Globalization;
using System.Text.Json;

namespace CentralAmp.Twin.World;

/// <summary>One registry item, with its attributes as text.</summary>
public sealed record RegistryEntry(string ClusterArn, long CreatedAt, IReadOnlyDictionary<string, string> Attributes)
{
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    public string? State => this["state"];

    /// <param name="item">In DynamoDB's JSON.</param>
    public static RegistryEntry Read(JsonElement item)
    {
        var attributes = item.EnumerateObject().ToDictionary(attribute => attribute.Name, attribute => attribute.Value.EnumerateObject().First().Value.ToString());
        return new RegistryEntry(attributes["clusterArn"], long.Parse(attributes["createdAt"], CultureInfo.InvariantCulture), attributes);
    }
}
