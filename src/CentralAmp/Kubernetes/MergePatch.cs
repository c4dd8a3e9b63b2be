using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes;

/// <summary>A merge patch that resets a managed object to its desired fields, whichever manager changed them.</summary>
internal static class MergePatch
{
    /// <summary>Contains the observed resourceVersion: if the object changed since, the patch fails with a conflict.</summary>
    public static JsonObject Of(JsonObject desired, JsonObject observed)
    {
        var patch = desired.DeepClone().AsObject();
        patch["metadata"]!["resourceVersion"] = observed["metadata"]?["resourceVersion"]?.DeepClone();
        return patch;
    }
}
