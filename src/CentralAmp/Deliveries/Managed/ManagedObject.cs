using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries.Managed;

/// <summary>How an object of ours stands to what is desired.</summary>
public enum ManagedObjectState
{
    Absent,

    /// <summary>As desired, but perhaps for what an API server drops or spells differently.</summary>
    Current,

    /// <summary>Ours, of earlier settings or another version.</summary>
    Outdated,

    /// <summary>Ours, and someone else changed it.</summary>
    Changed,

    /// <summary>Someone else's, of the same name.</summary>
    Foreign,

    /// <summary>It is being deleted.</summary>
    Leaving,
}

/// <summary>One object in our own namespace that has to be as we want it.</summary>
public sealed record ManagedObject(string Path, JsonObject Desired)
{
    /// <summary>Hash of what was desired: an older operator's CRD drops fields, which is nobody's change.</summary>
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
        _ when observed["metadata"]!["deletionTimestamp"] is not null => ManagedObjectState.Leaving,
        _ when Hash(observed) != Hash(Desired) => ManagedObjectState.Outdated,
        _ when JsonMeaning.Contains(observed, Desired) || !HasOtherManagers(observed) => ManagedObjectState.Current,
        _ => ManagedObjectState.Changed,
    };

    /// <summary>Deliveries that have objects in the namespace of CentralAmp.</summary>
    public static IReadOnlyList<string> Deliveries { get; } = [DeliveryNames.PrometheusAgent, DeliveryNames.Agent, DeliveryNames.Values];

    /// <summary>Paths of all that the delivery may have put there: what runs comes first, because that is what must end.</summary>
    public static IReadOnlyList<string> PathsOf(string delivery) => delivery switch
    {
        DeliveryNames.Agent => [
            KubernetesPath.StatefulSet(AgentNames.Namespace, AgentNames.Agent), KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Agent)],
        DeliveryNames.PrometheusAgent => [KubernetesPath.PrometheusAgent(AgentNames.Namespace, AgentNames.PrometheusAgent)],
        DeliveryNames.Values => [KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Values)],
        _ => [],
    };

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

    /// <summary>Someone else set a field of what we desire; controllers set the status.</summary>
    private static bool HasOtherManagers(JsonObject observed) =>
        ((string[])["spec", "data"]).SelectMany(field => ManagedFields.OwnersOf(observed, field)).Any(manager => manager != ManagedNames.FieldManager);
}
