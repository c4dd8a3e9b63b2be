using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;

namespace CentralAmp.Access;

/// <summary>Whether CentralAmp's RBAC in the cluster allows the access.</summary>
public enum RbacAccess
{
    Allowed,
    Missing,
}

/// <summary>One RBAC object in its desired form.</summary>
public sealed record RbacObject(string Path, JsonObject Desired)
{
    public string Kind => Desired["kind"]!.GetValue<string>();

    public string Name => Desired["metadata"]!["name"]!.GetValue<string>();

    /// <summary>The object as the registry names it, before it exists.</summary>
    public RecordedObject Record => new(Kind, Desired["metadata"]!["namespace"] is { } @namespace ? $"{@namespace}/{Name}" : Name);
}

/// <summary>The desired RBAC objects: which ones, whether they exist, and how they are applied.</summary>
public static class RbacRules
{
    public static IReadOnlyList<RbacObject> Reading() =>
    [
        new(KubernetesPath.ClusterRole(RbacManifests.ReadName), RbacManifests.ReadRole()),
        new(KubernetesPath.ClusterRoleBinding(RbacManifests.ReadName), RbacManifests.ReadBinding()),
    ];

    /// <param name="collectors">Collectors of one namespace.</param>
    public static IReadOnlyList<RbacObject> Writing(params Collector[] collectors) =>
    [
        new(KubernetesPath.Role(collectors[0].Namespace, RbacManifests.WriteName), RbacManifests.WriteRole(collectors)),
        new(KubernetesPath.RoleBinding(collectors[0].Namespace, RbacManifests.WriteName), RbacManifests.WriteBinding(collectors[0].Namespace)),
    ];

    /// <summary>For the planned delivery, and for the deliveries that it replaces, which need the same rights to be withdrawn.</summary>
    public static IReadOnlyList<RbacObject> Writing(OnboardingPlan plan)
    {
        var collector = plan.RequireCollector();
        RbacObject[] planned = plan.Delivery switch
        {
            DeliveryNames.PrometheusAgent => [.. AgentIdentity(plan.RoleArn), ScrapeJobsObject(), .. ManagedWriting()],
            DeliveryNames.Agent => [.. AgentIdentity(plan.RoleArn), .. ManagedWriting()],
            DeliveryNames.Values => [NamespaceObject(), ServiceAccountObject(), .. ManagedWriting(), .. Proving(collector)],
            _ => [],
        };
        var written = plan.Replaces.Where(replaced => replaced.Delivery == DeliveryNames.Prometheus).Select(replaced => replaced.Collector);
        written = plan.Delivery == DeliveryNames.Prometheus ? written.Prepend(collector) : written;
        var replacesManaged = plan.Replaces.Any(replaced => replaced.Delivery != DeliveryNames.Prometheus);
        return
        [
            .. written.GroupBy(one => one.Namespace).SelectMany(group => Writing([.. group]))
                .Concat(planned)
                .Concat(replacesManaged ? ManagedWriting() : [])
                .GroupBy(item => item.Path)
                .Select(Merged),
        ];
    }

    /// <summary>Two roles of one path have the rules of both: a collector that is replaced and one that is proven may share a namespace.</summary>
    private static RbacObject Merged(IGrouping<string, RbacObject> items)
    {
        var merged = items.First();
        var rules = merged.Desired["rules"] as JsonArray;
        foreach (var rule in items.Skip(1).SelectMany(item => item.Desired["rules"] as JsonArray ?? []))
        {
            if (!rules!.Any(known => JsonNode.DeepEquals(known, rule)))
            {
                rules!.Add(rule!.DeepClone());
            }
        }

        return merged;
    }

    /// <summary>Identity and rights of CentralAmp's agent. The rights to write in its namespace need the namespace.</summary>
    private static IEnumerable<RbacObject> AgentIdentity(string roleArn) =>
        AgentManifests.Identity(roleArn).Select(manifest => new RbacObject(PathOf(manifest), manifest));

    private static RbacObject NamespaceObject() => new(KubernetesPath.Namespace(AgentNames.Namespace), AgentManifests.Namespace());

    /// <summary>Under an elevation as well, so that no role of CentralAmp may write Secrets.</summary>
    private static RbacObject ScrapeJobsObject() => new(KubernetesPath.Secret(AgentNames.Namespace, AgentNames.ScrapeJobs), AgentManifests.ScrapeJobs());

    /// <summary>Without a role: without an agent, the service account only carries the count of applies.</summary>
    private static RbacObject ServiceAccountObject() =>
        new(KubernetesPath.ServiceAccount(AgentNames.Namespace, AgentNames.ServiceAccount), AgentManifests.ServiceAccount(roleArn: null));

    private static RbacObject[] ManagedWriting() =>
    [
        new(KubernetesPath.Role(AgentNames.Namespace, RbacManifests.WriteName), RbacManifests.ManagedWriteRole()),
        new(KubernetesPath.RoleBinding(AgentNames.Namespace, RbacManifests.WriteName), RbacManifests.WriteBinding(AgentNames.Namespace)),
    ];

    /// <summary>For collectors that an operator configures: CentralAmp proves the identity and reads the pods, and changes nothing.</summary>
    private static RbacObject[] Proving(Collector collector) =>
    [
        new(KubernetesPath.Role(collector.Namespace, RbacManifests.WriteName), RbacManifests.ProveRole(collector)),
        new(KubernetesPath.RoleBinding(collector.Namespace, RbacManifests.WriteName), RbacManifests.WriteBinding(collector.Namespace)),
    ];

    private static string PathOf(JsonObject manifest) => manifest["kind"]!.GetValue<string>() switch
    {
        "Namespace" => KubernetesPath.Namespace(AgentNames.Namespace),
        "ServiceAccount" => KubernetesPath.ServiceAccount(AgentNames.Namespace, AgentNames.ServiceAccount),
        "ClusterRole" => KubernetesPath.ClusterRole(AgentNames.ScrapeRole),
        "ClusterRoleBinding" => KubernetesPath.ClusterRoleBinding(AgentNames.ScrapeRole),
        var kind => throw new ArgumentOutOfRangeException(nameof(manifest), kind, "Not part of an agent's identity."),
    };

    /// <summary>Reads the objects with CentralAmp's current rights. A denied read means that an object is missing.</summary>
    public static async Task<RbacAccess> CheckAsync(IKubernetes kubernetes, IReadOnlyList<RbacObject> objects, CancellationToken cancellationToken)
    {
        foreach (var item in objects)
        {
            if (await ReadAsync(kubernetes, item, cancellationToken) is not { } observed || !RbacComparison.IsSame(item.Desired, observed))
            {
                return RbacAccess.Missing;
            }
        }

        return RbacAccess.Allowed;
    }

    /// <summary>Applies an object that differs. Needs an elevation.</summary>
    public static async Task<Change> EnsureAsync(IKubernetes kubernetes, RbacObject item, CancellationToken cancellationToken)
    {
        var observed = await kubernetes.GetAsync(item.Path, cancellationToken);
        if (observed is not null && RbacComparison.IsSame(item.Desired, observed))
        {
            return Change.Unchanged;
        }

        if (observed is not null && !ManagedNames.IsManaged(observed))
        {
            throw new BlockedException(
                Causes.KubernetesConflict,
                $"There is a {item.Kind} '{item.Name}' that CentralAmp did not create.",
                $"Remove or rename it, then execute again. CentralAmp changes only what has the label {ManagedNames.ManagedByLabel}={ManagedNames.ManagedBy}.");
        }

        await PutAsync(kubernetes, item, observed, cancellationToken);
        return observed is null ? Change.Created : Change.Updated;
    }

    /// <summary>Restores a managed object also where another manager owns a field of it. CentralAmp never forces an apply, so this is a patch.</summary>
    private static async Task PutAsync(IKubernetes kubernetes, RbacObject item, JsonObject? observed, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.ApplyAsync(item.Path, item.Desired, cancellationToken);
        }
        catch (WorkflowException e) when (observed is not null && e.InnerException is KubernetesException { IsManagerConflict: true })
        {
            await kubernetes.MergePatchAsync(item.Path, MergePatch.Of(item.Desired, observed), cancellationToken);
        }
    }

    private static async Task<JsonObject?> ReadAsync(IKubernetes kubernetes, RbacObject item, CancellationToken cancellationToken)
    {
        try
        {
            return await kubernetes.GetAsync(item.Path, cancellationToken);
        }
        catch (WorkflowException e) when (e.InnerException is KubernetesException { Status: 403 })
        {
            return null;
        }
    }
}
