using System.Text.Json.Nodes;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Planning;

namespace CentralAmp.Access;

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

    public static IReadOnlyList<RbacObject> Writing(Collector collector) =>
    [
        new(KubernetesPath.Role(collector.Namespace, RbacManifests.WriteName), RbacManifests.WriteRole(collector)),
        new(KubernetesPath.RoleBinding(collector.Namespace, RbacManifests.WriteName), RbacManifests.WriteBinding(collector)),
    ];

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

        if (observed is not null && !RbacComparison.IsOurs(observed))
        {
            throw new BlockedException(
                Causes.KubernetesConflict,
                $"There is a {item.Kind} '{item.Name}' that CentralAmp did not make.",
                $"Remove or rename it, then execute again. CentralAmp changes only what has the label {RbacManifests.ManagedByLabel}={RbacManifests.ManagedBy}.");
        }

        await kubernetes.ApplyAsync(item.Path, item.Desired, cancellationToken);
        return observed is null ? Change.Created : Change.Updated;
    }

    private static async Task<JsonObject?> ReadAsync(IKubernetes kubernetes, RbacObject item, CancellationToken cancellationToken)
    {
        try
        {
            return await kubernetes.GetAsync(item.Path, cancellationToken);
        }
        catch (RoadException e) when (e.InnerException is KubernetesException { Status: 403 })
        {
            return null;
        }
    }
}
