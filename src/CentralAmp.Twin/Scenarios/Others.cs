using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Scenarios;

/// <summary>What in a cluster belongs to others: their objects, and in objects where something of ours is, all the rest.</summary>
public static class Others
{
    private const string Mark = "central-amp";
    private const string RoleAnnotation = "eks.amazonaws.com/role-arn";

    // What controllers write all the time.
    private static readonly string[] Changing = ["Node", "Pod", "StatefulSet", "Secret", "Endpoints", "EndpointSlice"];

    // Managers that write status, or are ours.
    private static readonly string[] Bystanding = [Mark, "PrometheusOperator", "kubelet"];

    /// <summary>By kind and name. Two of them are equal if nobody touched anything.</summary>
    public static IReadOnlyDictionary<string, string> Of(TwinCluster cluster)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var kind in ResourceKind.All.Select(kind => kind.Kind).Except(Changing))
            foreach (var item in cluster.List(kind).Where(item => !IsOurs(item)))
                all[$"{kind}/{item.Namespace()}/{item.Name()}"] = WithoutOurs(item).ToJsonString();
        return all;
    }

    /// <summary>What is different, with both sides.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
        [.. before.Keys.Union(after.Keys).Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name))
            .Select(name => $"{name}: {before.GetValueOrDefault(name) ?? "nothing"} became {after.GetValueOrDefault(name) ?? "nothing"}")];

    private static bool IsOurs(JsonObject item) =>
        item.Name().StartsWith(Mark, StringComparison.Ordinal) || item.Namespace() == Mark || item.TextAt("metadata", "labels", "app.kubernetes.io/managed-by") == Mark;

    private static JsonNode WithoutOurs(JsonObject item)
    {
        var rest = item.Copy();
        rest.Remove("status");
        var metadata = rest.Metadata();
        foreach (var always in (ReadOnlySpan<string>)["resourceVersion", "generation"])
            metadata.Remove(always);
        RemoveMarked(metadata["annotations"]);
        RemoveMarked(rest.At("spec", "podMetadata", "annotations"));
        if (metadata["annotations"].TextAt(RoleAnnotation)?.Contains($"role/{Mark}", StringComparison.Ordinal) == true)
            ((JsonObject)metadata["annotations"]!).Remove(RoleAnnotation);
        if (rest.At("spec", "remoteWrite") is JsonArray entries)
            rest["spec"]!["remoteWrite"] = new JsonArray([.. entries.Where(entry => entry.TextAt("name") != Mark).Select(entry => entry!.DeepClone())]);
        metadata["managedFields"] = new JsonArray([.. item.ObjectsAt("metadata", "managedFields")
            .Where(entry => !Bystanding.Contains(entry.TextAt("manager"))).Select(WithoutTime)]);
        return Compact(rest) ?? new JsonObject();
    }

    private static JsonNode WithoutTime(JsonObject entry)
    {
        var rest = entry.Copy();
        rest.Remove("time");
        return rest;
    }

    private static void RemoveMarked(JsonNode? annotations)
    {
        if (annotations is not JsonObject map)
            return;
        foreach (var name in map.Select(annotation => annotation.Key).Where(name => name.StartsWith(Mark + "/", StringComparison.Ordinal)).ToList())
            map.Remove(name);
    }

    // An empty list or map says nothing; who removes the last entry may leave one. Ownership is left as it is.
    private static JsonNode? Compact(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => KeyValuePair.Create(field.Key, field.Key == "managedFields" ? field.Value!.DeepClone() : Compact(field.Value)))
            .Where(field => field.Value is not null)) is { Count: > 0 } rest ? rest : null,
        JsonArray list => list.Count > 0 ? list.DeepClone() : null,
        JsonValue value => value.DeepClone(),
        _ => null,
    };
}
