using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>Reads parts of Kubernetes objects.</summary>
internal static class Nodes
{
    public static JsonNode? At(this JsonNode? node, params string[] path) => path.Aggregate(node, (at, key) => (at as JsonObject)?[key]);

    public static string? TextAt(this JsonNode? node, params string[] path) => node.At(path)?.GetValue<string>();

    public static string ResourceVersion(this JsonObject item) => item.TextAt("metadata", "resourceVersion")!;

    /// <summary>The generation, which a status written by a controller does not change; the resourceVersion for kinds without a generation.</summary>
    public static string Revision(this JsonObject item) => item.At("metadata", "generation")?.ToString() ?? item.ResourceVersion();

    public static string Uid(this JsonObject item) => item.TextAt("metadata", "uid")!;

    /// <summary>Field managers of an object with their operations.</summary>
    public static IEnumerable<string> Managers(this JsonObject item) =>
        (item.At("metadata", "managedFields") as JsonArray ?? []).Select(entry => $"{entry.TextAt("manager")} {entry.TextAt("operation")}");

    /// <summary>The object without the metadata that the server changes at every write.</summary>
    public static JsonObject WithoutServerMetadata(this JsonObject item)
    {
        var copy = item.DeepClone().AsObject();
        foreach (var kept in (string[])["managedFields", "resourceVersion", "generation"])
        {
            copy["metadata"]!.AsObject().Remove(kept);
        }

        return copy;
    }
}
