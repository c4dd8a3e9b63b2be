using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Everything in a cluster that CentralAmp does not manage: whole objects, and the unmanaged fields of objects that it changes.</summary>
public static class UnmanagedState
{
    private const string Mark = "central-amp";
    private const string RoleAnnotation = "eks.amazonaws.com/role-arn";

    // Controllers write these kinds all the time.
    private static readonly string[] Changing = ["Node", "Pod", "StatefulSet", "Secret", "Endpoints", "EndpointSlice"];

    // Field managers that write only status, and CentralAmp itself.
    private static readonly string[] IgnoredManagers = [Mark, "PrometheusOperator", "kubelet"];

    /// <summary>Content by kind and name. Two of these are equal if nothing changed.</summary>
    public static IReadOnlyDictionary<string, string> Of(TwinCluster cluster)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var kind in ResourceKind.All.Select(kind => kind.Kind).Except(Changing))
            foreach (var item in cluster.List(kind).Where(item => !IsManaged(item)))
                all[$"{kind}/{item.Namespace()}/{item.Name()}"] = WithoutManaged(item).ToJsonString();
        return all;
    }

    /// <summary>A sentence for each difference, with both values.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
        [.. before.Keys.Union(after.Keys).Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name))
            .Select(name => $"{name}: {before.GetValueOrDefault(name) ?? "nothing"} became {after.GetValueOrDefault(name) ?? "nothing"}")];

    private static bool IsManaged(JsonObject item) =>
        item.Name().StartsWith(Mark, StringComparison.Ordinal) || item.Namespace() == Mark || item.TextAt("metadata", "labels", "app.kubernetes.io/managed-by") == Mark;

    private static JsonNode WithoutManaged(JsonObject item)
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
            .Where(entry => !IgnoredManagers.Contains(entry.TextAt("manager"))).Select(WithoutTime)]);
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

    // An empty list or map has no meaning, and the removal of the last entry may leave one. The field managers are compared as they are.
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
