using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Reading StatefulSets and their pods.</summary>
internal static class Workloads
{
    private const string RevisionLabel = "controller-revision-hash";

    /// <summary>The revision that the StatefulSet's template makes, as it stands on its pods.</summary>
    public static string Revision(this JsonObject statefulSet)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(statefulSet.At("spec", "template")?.ToText() ?? ""));
        return $"{statefulSet.Name()}-{Convert.ToHexStringLower(hash)[..10]}";
    }

    public static bool RunsRevision(this JsonObject pod, string revision) => pod.TextAt("metadata", "labels", RevisionLabel) == revision;

    public static bool IsPartOf(this JsonObject pod, string statefulSet) =>
        pod.ObjectsAt("metadata", "ownerReferences").Any(o => o.TextAt("kind") == ResourceKind.StatefulSet.Kind && o.TextAt("name") == statefulSet);

    public static bool IsReady(this JsonObject pod) =>
        pod.ObjectsAt("status", "conditions").Any(c => c.TextAt("type") == "Ready" && c.TextAt("status") == "True");

    /// <summary>The pod of this ordinal, as its template says, before any webhook.</summary>
    public static JsonObject PodOf(JsonObject statefulSet, long ordinal)
    {
        var template = (JsonObject)statefulSet.At("spec", "template")!.DeepClone();
        var name = $"{statefulSet.Name()}-{ordinal}";
        var metadata = template.Metadata();
        metadata["name"] = name;
        metadata["namespace"] = statefulSet.Namespace();
        metadata.Child("labels")[RevisionLabel] = statefulSet.Revision();
        metadata.Child("labels")["statefulset.kubernetes.io/pod-name"] = name;
        metadata["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = ResourceKind.StatefulSet.ApiVersion,
            ["kind"] = ResourceKind.StatefulSet.Kind,
            ["name"] = statefulSet.Name(),
            ["uid"] = statefulSet.Uid(),
            ["controller"] = true,
        });
        foreach (var claim in statefulSet.ObjectsAt("spec", "volumeClaimTemplates").Select(c => c.TextAt("metadata", "name")))
        {
            var spec = template.Child("spec");
            spec["volumes"] ??= new JsonArray();
            ((JsonArray)spec["volumes"]!).Add(new JsonObject { ["name"] = claim, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = $"{claim}-{name}" } });
        }
        return template;
    }
}
