using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>
/// The PodSecurity admission for namespaces that enforce <c>restricted</c>: the checks that a collector can fail. The admission refuses
/// pods, never the workloads that create them (Kubernetes documentation, Pod Security Standards).
/// </summary>
internal static class PodSecurity
{
    private const string Enforce = "pod-security.kubernetes.io/enforce";

    /// <exception cref="StatusException">403.</exception>
    public static void Check(ObjectStore store, JsonObject pod)
    {
        if (store.Find(ResourceKind.Namespace, "", pod.Namespace()).TextAt("metadata", "labels", Enforce) != "restricted")
            return;
        var violations = pod.ObjectsAt("spec", "containers").SelectMany(container => Violations(pod, container)).Distinct().ToList();
        if (violations.Count > 0)
            throw StatusException.Forbidden(ResourceKind.Pod, pod.Name(), $"violates PodSecurity \"restricted:latest\": {string.Join(", ", violations)}");
    }

    private static IEnumerable<string> Violations(JsonObject pod, JsonObject container)
    {
        var (name, own, all) = (container.TextAt("name"), container.At("securityContext"), pod.At("spec", "securityContext"));
        if (!IsFalse(own.At("allowPrivilegeEscalation")))
            yield return $"allowPrivilegeEscalation != false (container \"{name}\" must set securityContext.allowPrivilegeEscalation=false)";
        if (!own.TextsAt("capabilities", "drop").Contains("ALL"))
            yield return $"unrestricted capabilities (container \"{name}\" must set securityContext.capabilities.drop=[\"ALL\"])";
        if (!IsTrue(own.At("runAsNonRoot") ?? all.At("runAsNonRoot")))
            yield return $"runAsNonRoot != true (pod or container \"{name}\" must set securityContext.runAsNonRoot=true)";
        if ((own.TextAt("seccompProfile", "type") ?? all.TextAt("seccompProfile", "type")) is not ("RuntimeDefault" or "Localhost"))
            yield return $"seccompProfile (pod or container \"{name}\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    }

    private static bool IsTrue(JsonNode? value) => value is JsonValue flag && flag.TryGetValue(out bool isSet) && isSet;

    private static bool IsFalse(JsonNode? value) => value is JsonValue flag && flag.TryGetValue(out bool isSet) && !isSet;
}
