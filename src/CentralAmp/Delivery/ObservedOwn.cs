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
/// <param name="Applied">By delivery, how often its objects were put there (<see cref="Ours.AppliedAnnotationOf"/>).</param>
public sealed record ObservedOwn(
    NamespaceStanding Namespace,
    ServiceAccountResource? ServiceAccount,
    IReadOnlyDictionary<string, JsonObject> Objects,
    IReadOnlyDictionary<string, int> Applied)
{
    public static ObservedOwn Nothing { get; } = new(NamespaceStanding.Absent, null, new Dictionary<string, JsonObject>(), new Dictionary<string, int>());

    /// <summary>The delivery has something there that is ours.</summary>
    public bool Has(string delivery) => OwnObject.PathsOf(delivery).Any(path => Objects.TryGetValue(path, out var found) && RbacComparison.IsOurs(found));

    public JsonObject? Find(string path) => Objects.GetValueOrDefault(path);

    public int AppliedOf(string delivery) => Applied.GetValueOrDefault(delivery);
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

        return new ObservedOwn(StandingOf(@namespace), account is null ? null : ServiceAccountResource.Read(account), objects, AppliedOf(account));
    }

    private static Dictionary<string, int> AppliedOf(JsonObject? account)
    {
        var applied = new Dictionary<string, int>();
        foreach (var delivery in Delivered)
        {
            var text = account?["metadata"]?["annotations"]?[Ours.AppliedAnnotationOf(delivery)]?.ToString();
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var times))
            {
                applied[delivery] = times;
            }
        }

        return applied;
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
