using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries.Managed;

/// <summary>State of CentralAmp's namespace.</summary>
public enum NamespaceState
{
    Absent,
    Managed,

    /// <summary>The namespace has the name, and not CentralAmp's label.</summary>
    Foreign,
    Terminating,
}

/// <summary>The observed objects in CentralAmp's namespace. Null or empty: absent.</summary>
/// <param name="Objects">Objects that a delivery may have created, by path.</param>
/// <param name="Applied">For each delivery, how often its objects were applied (<see cref="ManagedNames.AppliedAnnotationOf"/>).</param>
public sealed record ManagedNamespace(
    NamespaceState Namespace,
    ServiceAccountResource? ServiceAccount,
    IReadOnlyDictionary<string, JsonObject> Objects,
    IReadOnlyDictionary<string, int> Applied)
{
    public static ManagedNamespace Nothing { get; } = new(NamespaceState.Absent, null, new Dictionary<string, JsonObject>(), new Dictionary<string, int>());

    /// <summary>The delivery has at least one managed object.</summary>
    public bool Has(string delivery) => ManagedObject.PathsOf(delivery).Any(path => Objects.TryGetValue(path, out var found) && ManagedNames.IsManaged(found));

    /// <summary>Empty without a namespace.</summary>
    public string NamespaceUid { get; init; } = "";

    public JsonObject? Find(string path) => Objects.GetValueOrDefault(path);

    public int AppliedOf(string delivery) => Applied.GetValueOrDefault(delivery);
}

/// <summary>Reads CentralAmp's namespace: one call if it does not exist.</summary>
internal static class ManagedNamespaceObserver
{
    public static async Task<ManagedNamespace> ObserveAsync(IKubernetes kubernetes, CancellationToken cancellationToken)
    {
        if (await kubernetes.GetAsync(KubernetesPath.Namespace(AgentNames.Namespace), cancellationToken) is not { } @namespace)
        {
            return ManagedNamespace.Nothing;
        }

        var account = await kubernetes.GetAsync(KubernetesPath.ServiceAccount(AgentNames.Namespace, AgentNames.ServiceAccount), cancellationToken);
        var objects = new Dictionary<string, JsonObject>();
        foreach (var path in ManagedObject.Deliveries.SelectMany(ManagedObject.PathsOf))
        {
            if (await FindAsync(kubernetes, path, cancellationToken) is { } found)
            {
                objects[path] = found;
            }
        }

        return new ManagedNamespace(StateOf(@namespace), account is null ? null : ServiceAccountResource.Read(account), objects, AppliedOf(account))
        {
            NamespaceUid = @namespace["metadata"]?["uid"]?.ToString() ?? "",
        };
    }

    private static Dictionary<string, int> AppliedOf(JsonObject? account)
    {
        var applied = new Dictionary<string, int>();
        foreach (var delivery in ManagedObject.Deliveries)
        {
            var text = account?["metadata"]?["annotations"]?[ManagedNames.AppliedAnnotationOf(delivery)]?.ToString();
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var times))
            {
                applied[delivery] = times;
            }
        }

        return applied;
    }

    private static NamespaceState StateOf(JsonObject @namespace) => @namespace switch
    {
        _ when !ManagedNames.IsManaged(@namespace) => NamespaceState.Foreign,
        _ when @namespace["metadata"]!["deletionTimestamp"] is not null => NamespaceState.Terminating,
        _ => NamespaceState.Managed,
    };

    /// <summary>The right to read ConfigMaps comes with the right to write them: without it there is no ConfigMap, or it is applied again with the right.</summary>
    private static async Task<JsonObject?> FindAsync(IKubernetes kubernetes, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await kubernetes.GetAsync(path, cancellationToken);
        }
        catch (WorkflowException e) when (e.InnerException is KubernetesException { Status: 403 })
        {
            return null;
        }
    }
}
