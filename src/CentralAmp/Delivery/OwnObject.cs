using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Delivery.Agents;
using CentralAmp.Kubernetes;
using CentralAmp.Planning;
using CentralAmp.Settings;

namespace CentralAmp.Delivery;

/// <summary>How an object of ours stands to what is desired.</summary>
public enum OwnStanding
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
public sealed record OwnObject(string Path, JsonObject Desired)
{
    /// <summary>Hash of what was desired: an older operator's CRD drops fields, which is nobody's change.</summary>
    internal const string HashAnnotation = "central-amp/desired";

    public string Kind => Desired["kind"]!.GetValue<string>();

    public string Name => Desired["metadata"]!["name"]!.GetValue<string>();

    public override string ToString() => $"{Kind} '{AgentNames.Namespace}/{Name}'";

    public OwnStanding StandingOf(JsonObject? observed) => observed switch
    {
        null => OwnStanding.Absent,
        _ when !RbacComparison.IsOurs(observed) => OwnStanding.Foreign,
        _ when observed["metadata"]!["deletionTimestamp"] is not null => OwnStanding.Leaving,
        _ when Hash(observed) != Hash(Desired) => OwnStanding.Outdated,
        _ when JsonMeaning.Contains(observed, Desired) || !HasOtherManagers(observed) => OwnStanding.Current,
        _ => OwnStanding.Changed,
    };

    /// <summary>What the delivery puts into our own namespace, in the order in which it is written.</summary>
    /// <param name="delivery">One of <see cref="Deliveries"/>; <c>prometheus</c> has none.</param>
    public static IReadOnlyList<OwnObject> Of(string delivery, DesiredDelivery desired, Collector collector, HubSettings settings)
    {
        var spec = new AgentSpec(desired.RoleArn, desired.Entry, settings.AgentImage, settings.AgentTolerations);
        return delivery switch
        {
            Deliveries.Agent => [.. AgentWorkload.Render(spec).Select(Marked)],
            Deliveries.PrometheusAgent => [Marked(PrometheusAgentManifest.Render(spec))],
            Deliveries.Values => [Marked(ValuesManifest.Render(desired.Entry, desired.RoleArn, collector.Namespace, collector.ServiceAccount))],
            _ => [],
        };
    }

    /// <summary>Paths of all that the delivery may have put there: what runs comes first, because that is what must end.</summary>
    public static IReadOnlyList<string> PathsOf(string delivery) => delivery switch
    {
        Deliveries.Agent => [
            KubernetesPath.StatefulSet(AgentNames.Namespace, AgentNames.Agent), KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Agent)],
        Deliveries.PrometheusAgent => [KubernetesPath.PrometheusAgent(AgentNames.Namespace, AgentNames.PrometheusAgent)],
        Deliveries.Values => [KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Values)],
        _ => [],
    };

    private static OwnObject Marked(JsonObject manifest)
    {
        var metadata = manifest["metadata"]!.AsObject();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest.ToJsonString())))[..16];
        metadata["annotations"] ??= new JsonObject();
        metadata["annotations"]![HashAnnotation] = hash;
        return new OwnObject(PathOf(manifest["kind"]!.GetValue<string>(), metadata["name"]!.GetValue<string>()), manifest);
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
        ((string[])["spec", "data"]).SelectMany(field => ManagedFields.OwnersOf(observed, field)).Any(manager => manager != Ours.FieldManager);
}
