using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Access;

/// <summary>Whether our RBAC in the cluster lets us do something.</summary>
public enum RbacAccess
{
    Allowed,
    Missing,
}

/// <summary>One RBAC object that has to be as we want it.</summary>
public sealed record RbacObject(string Path, JsonObject Desired)
{
    public string Kind => Desired["kind"]!.GetValue<string>();

    public string Name => Desired["metadata"]!["name"]!.GetValue<string>();
}

/// <summary>Which RBAC objects there are to be, whether they are there, and how they get there.</summary>
public static class RbacRules
{
    public static IReadOnlyList<RbacObject> Reading() =>
    [
        new(KubernetesPath.ClusterRole(RbacManifests.ReadName), RbacManifests.ReadRole()),
        new(KubernetesPath.ClusterRoleBinding(RbacManifests.ReadName), RbacManifests.ReadBinding()),
    ];

    /// <param name="collectors">Of one namespace.</param>
    public static IReadOnlyList<RbacObject> Writing(params Collector[] collectors) =>
    [
        new(KubernetesPath.Role(collectors[0].Namespace, RbacManifests.WriteName), RbacManifests.WriteRole(collectors)),
        new(KubernetesPath.RoleBinding(collectors[0].Namespace, RbacManifests.WriteName), RbacManifests.WriteBinding(collectors[0].Namespace)),
    ];

    /// <summary>For the planned delivery, and for those that it replaces, which are taken back with the same rights.</summary>
    public static IReadOnlyList<RbacObject> Writing(OnboardingPlan plan)
    {
        var collector = plan.RequireCollector();
        RbacObject[] planned = plan.Delivery switch
        {
            DeliveryNames.PrometheusAgent or DeliveryNames.Agent => [.. OwnIdentity(plan.RoleArn), .. OwnWriting()],
            DeliveryNames.Values => [OwnNamespace(), OwnAccount(), .. OwnWriting(), .. Proving(collector)],
            _ => [],
        };
        var written = plan.Replaces.Where(replaced => replaced.Delivery == DeliveryNames.Prometheus).Select(replaced => replaced.Collector);
        written = plan.Delivery == DeliveryNames.Prometheus ? written.Prepend(collector) : written;
        var replacesOwn = plan.Replaces.Any(replaced => replaced.Delivery != DeliveryNames.Prometheus);
        // Rights to write a collector come first: they include those to prove it.
        return
        [
            .. written.GroupBy(one => one.Namespace).SelectMany(group => Writing([.. group]))
                .Concat(planned)
                .Concat(replacesOwn ? OwnWriting() : [])
                .DistinctBy(item => item.Path),
        ];
    }

    /// <summary>What an agent of ours is and may do: our rights in its namespace depend on it.</summary>
    private static IEnumerable<RbacObject> OwnIdentity(string roleArn) =>
        AgentManifests.Identity(roleArn).Select(manifest => new RbacObject(PathOf(manifest), manifest));

    private static RbacObject OwnNamespace() => new(KubernetesPath.Namespace(AgentNames.Namespace), AgentManifests.Namespace());

    /// <summary>Without a role: where no agent of ours runs it only remembers how often we wrote.</summary>
    private static RbacObject OwnAccount() =>
        new(KubernetesPath.ServiceAccount(AgentNames.Namespace, AgentNames.ServiceAccount), AgentManifests.ServiceAccount(roleArn: null));

    private static RbacObject[] OwnWriting() =>
    [
        new(KubernetesPath.Role(AgentNames.Namespace, RbacManifests.WriteName), RbacManifests.OwnWriteRole()),
        new(KubernetesPath.RoleBinding(AgentNames.Namespace, RbacManifests.WriteName), RbacManifests.WriteBinding(AgentNames.Namespace)),
    ];

    /// <summary>Where people write the collector themselves: its identity is proven, its pods are asked, and nothing is changed.</summary>
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

    /// <summary>Reads them with what we are allowed: not allowed to read them means that they are not (all) there.</summary>
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

    /// <summary>Applies what differs. Needs an elevation.</summary>
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
                $"There is a {item.Kind} '{item.Name}' that CentralAmp did not make.",
                $"Remove or rename it, then execute again. CentralAmp changes only what has the label {ManagedNames.ManagedByLabel}={ManagedNames.ManagedBy}.");
        }

        await PutAsync(kubernetes, item, observed, cancellationToken);
        return observed is null ? Change.Created : Change.Updated;
    }

    /// <summary>What is ours is put back even where someone took a field of it over; an apply is never forced, so this is a patch.</summary>
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
