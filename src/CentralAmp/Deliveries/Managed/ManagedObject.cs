using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;

namespace CentralAmp.Deliveries.Managed;

/// <summary>State of a managed object compared with the desired one.</summary>
public enum ManagedObjectState
{
    Absent,

    /// <summary>As desired, apart from fields that an API server drops or spells differently.</summary>
    Current,

    /// <summary>Managed, and of earlier settings or of another version.</summary>
    Outdated,

    /// <summary>Managed, and another manager changed it.</summary>
    Changed,

    /// <summary>An object of another owner with the same name.</summary>
    Foreign,

    /// <summary>The object is being deleted.</summary>
    Deleting,
}

/// <summary>One object in CentralAmp's namespace in its desired form.</summary>
public sealed record ManagedObject(string Path, JsonObject Desired)
{
    /// <summary>Hash of the desired form. The CRD of an older operator drops fields, which is no change by another manager.</summary>
    internal const string HashAnnotation = "central-amp/desired";

    /// <summary>
    /// The manifest for an API server that does not know some of its fields: from what was refused, and the paths of the unknown fields.
    /// Null as its answer where such a field is needed. Absent: every field is needed.
    /// </summary>
    public Func<JsonObject, IReadOnlyList<string>, JsonObject?>? Older { get; init; }

    public string Kind => Desired["kind"]!.GetValue<string>();

    public string Name => Desired["metadata"]!["name"]!.GetValue<string>();

    public override string ToString() => $"{Kind} '{AgentNames.Namespace}/{Name}'";

    public ManagedObjectState StateOf(JsonObject? observed) => observed switch
    {
        null => ManagedObjectState.Absent,
        _ when !ManagedNames.IsManaged(observed) => ManagedObjectState.Foreign,
        _ when observed["metadata"]!["deletionTimestamp"] is not null => ManagedObjectState.Deleting,
        _ when Hash(observed) != Hash(Desired) => ManagedObjectState.Outdated,
        _ when JsonMeaning.Contains(observed, Desired) || !HasOtherManagers(observed) => ManagedObjectState.Current,
        _ => ManagedObjectState.Changed,
    };

    /// <summary>Deliveries that have objects in the namespace of CentralAmp.</summary>
    public static IReadOnlyList<string> Deliveries { get; } = [DeliveryNames.PrometheusAgent, DeliveryNames.Agent, DeliveryNames.Values];

    /// <summary>Paths of all objects that the delivery may have created, workloads first, because they must end first.</summary>
    public static IReadOnlyList<string> PathsOf(string delivery) => delivery switch
    {
        DeliveryNames.Agent => [
            KubernetesPath.StatefulSet(AgentNames.Namespace, AgentNames.Agent), KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Agent)],
        DeliveryNames.PrometheusAgent => [KubernetesPath.PrometheusAgent(AgentNames.Namespace, AgentNames.PrometheusAgent)],
        DeliveryNames.Values => [KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Values)],
        _ => [],
    };

    /// <summary>The object of <see cref="PathsOf"/> as the registry names it.</summary>
    public static RecordedObject RecordOf(string path)
    {
        var parts = path.Split('/');
        return new RecordedObject(
            parts[^2] switch
            {
                "statefulsets" => "StatefulSet",
                "configmaps" => "ConfigMap",
                "prometheusagents" => "PrometheusAgent",
                var plural => throw new ArgumentOutOfRangeException(nameof(path), plural, "Not a kind that a delivery writes."),
            },
            $"{parts[^3]}/{parts[^1]}");
    }

    /// <param name="manifest">As it is to be; it gets the annotation with its own hash.</param>
    public static ManagedObject Of(JsonObject manifest)
    {
        var metadata = manifest["metadata"]!.AsObject();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest.ToJsonString())))[..16];
        metadata["annotations"] ??= new JsonObject();
        metadata["annotations"]![HashAnnotation] = hash;
        return new ManagedObject(PathOf(manifest["kind"]!.GetValue<string>(), metadata["name"]!.GetValue<string>()), manifest);
    }

    private static string PathOf(string kind, string name) => kind switch
    {
        "ConfigMap" => KubernetesPath.ConfigMap(AgentNames.Namespace, name),
        "StatefulSet" => KubernetesPath.StatefulSet(AgentNames.Namespace, name),
        "PrometheusAgent" => KubernetesPath.PrometheusAgent(AgentNames.Namespace, name),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind that a delivery writes."),
    };

    private static string? Hash(JsonObject item) => item["metadata"]?["annotations"]?[HashAnnotation]?.ToString();

    /// <summary>Another manager set a field of the desired object. Controllers set only the status.</summary>
    private static bool HasOtherManagers(JsonObject observed) =>
        ((string[])["spec", "data"]).SelectMany(field => ManagedFields.OwnersOf(observed, field)).Any(manager => manager != ManagedNames.FieldManager);
}
