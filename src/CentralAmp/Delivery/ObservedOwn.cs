using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Delivery.Agents;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Planning;

namespace CentralAmp.Delivery;

/// <summary>How our own namespace stands.</summary>
public enum NamespaceStanding
{
    Absent,
    Ours,

    /// <summary>It has our name and not our label.</summary>
    Foreign,
    Terminating,
}

/// <summary>What is in our own namespace. Null or empty is not there.</summary>
/// <param name="Objects">What a delivery may have put there, by path.</param>
/// <param name="Applied">How often an object of ours was put there (<see cref="Ours.AppliedAnnotation"/> of the service account).</param>
public sealed record ObservedOwn(
    NamespaceStanding Namespace, ServiceAccountResource? ServiceAccount, IReadOnlyDictionary<string, JsonObject> Objects, int? Applied)
{
    public static ObservedOwn Nothing { get; } = new(NamespaceStanding.Absent, null, new Dictionary<string, JsonObject>(), null);

    /// <summary>The delivery has something there that is ours.</summary>
    public bool Has(string delivery) => OwnObject.PathsOf(delivery).Any(path => Objects.TryGetValue(path, out var found) && RbacComparison.IsOurs(found));

    public JsonObject? Find(string path) => Objects.GetValueOrDefault(path);
}

/// <summary>Reads our own namespace: one call where it is not there.</summary>
internal static class OwnGatherer
{
    private static readonly string[] Delivered = [Deliveries.Agent, Deliveries.PrometheusAgent, Deliveries.Values];

    public static async Task<ObservedOwn> GatherAsync(IKubernetes kubernetes, CancellationToken cancellationToken)
    {
        if (await kubernetes.GetAsync(KubernetesPath.Namespace(AgentNames.Namespace), cancellationToken) is not { } @namespace)
        {
            return ObservedOwn.Nothing;
        }

        var account = await kubernetes.GetAsync(KubernetesPath.ServiceAccount(AgentNames.Namespace, AgentNames.ServiceAccount), cancellationToken);
        var objects = new Dictionary<string, JsonObject>();
        foreach (var path in Delivered.SelectMany(OwnObject.PathsOf))
        {
            if (await FindAsync(kubernetes, path, cancellationToken) is { } found)
            {
                objects[path] = found;
            }
        }

        var applied = account?["metadata"]?["annotations"]?[Ours.AppliedAnnotation]?.ToString();
        return new ObservedOwn(
            StandingOf(@namespace),
            account is null ? null : ServiceAccountResource.Read(account),
            objects,
            int.TryParse(applied, NumberStyles.None, CultureInfo.InvariantCulture, out var times) ? times : null);
    }

    private static NamespaceStanding StandingOf(JsonObject @namespace) => @namespace switch
    {
        _ when !RbacComparison.IsOurs(@namespace) => NamespaceStanding.Foreign,
        _ when @namespace["metadata"]!["deletionTimestamp"] is not null => NamespaceStanding.Terminating,
        _ => NamespaceStanding.Ours,
    };

    /// <summary>ConfigMaps are read with the rights that come with what we write: without these there is none, or it is put back with them.</summary>
    private static async Task<JsonObject?> FindAsync(IKubernetes kubernetes, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await kubernetes.GetAsync(path, cancellationToken);
        }
        catch (RoadException e) when (e.InnerException is KubernetesException { Status: 403 })
        {
            return null;
        }
    }
}
