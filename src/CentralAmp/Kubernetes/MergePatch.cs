using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes;

/// <summary>A merge patch that makes an object of ours what it is to be, whoever set its fields meanwhile.</summary>
internal static class MergePatch
{
    /// <summary>With the resourceVersion that was seen: what changed since is looked at again.</summary>
    public static JsonObject Of(JsonObject desired, JsonObject observed)
    {
        var patch = desired.DeepClone().AsObject();
        patch["metadata"]!["resourceVersion"] = observed["metadata"]?["resourceVersion"]?.DeepClone();
        return patch;
    }
}
