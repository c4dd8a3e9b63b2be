using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>Parts of objects that tests look at.</summary>
internal static class Nodes
{
    public static JsonNode? At(this JsonNode? node, params string[] path) => path.Aggregate(node, (at, key) => (at as JsonObject)?[key]);

    public static string? TextAt(this JsonNode? node, params string[] path) => node.At(path)?.GetValue<string>();

    public static string ResourceVersion(this JsonObject item) => item.TextAt("metadata", "resourceVersion")!;

    /// <summary>Moves with what is asked for, and not with a status that controllers write meanwhile; kinds without a status have only a version.</summary>
    public static string Revision(this JsonObject item) => item.At("metadata", "generation")?.ToString() ?? item.ResourceVersion();

    public static string Uid(this JsonObject item) => item.TextAt("metadata", "uid")!;

    /// <summary>Managers of an object with their operation.</summary>
    public static IEnumerable<string> Managers(this JsonObject item) =>
        (item.At("metadata", "managedFields") as JsonArray ?? []).Select(entry => $"{entry.TextAt("manager")} {entry.TextAt("operation")}");

    /// <summary>What people wrote, without what the server keeps about it.</summary>
    public static JsonObject Written(this JsonObject item)
    {
        var copy = item.DeepClone().AsObject();
        foreach (var kept in (string[])["managedFields", "resourceVersion", "generation"])
        {
            copy["metadata"]!.AsObject().Remove(kept);
        }

        return copy;
    }
}
