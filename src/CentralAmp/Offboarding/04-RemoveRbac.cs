using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Deliveries.Prometheus;
using CentralAmp.Kubernetes;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

public sealed record RemoveRbacRequest(ExecutionReference Execution, ResolveOffboardingResult Resolved);

public sealed record RemoveRbacResult(Change Change);

/// <summary>
/// Removes the managed agents, the managed RBAC of current and former collectors in every namespace, the managed namespace, and the role annotation
/// of service accounts whose collector is gone. Runs elevated: only a cluster-admin may list them all.
/// </summary>
public sealed partial class RemoveRbacStep(IKubernetesClients clusters, ILogger<RemoveRbacStep> logger)
{
    /// <summary>Bindings first: a role without a binding grants nothing.</summary>
    private static readonly string[] Kinds = ["rolebindings", "roles", "clusterrolebindings", "clusterroles"];

    /// <summary>Anybody can set the label on any object; so an object must have one of these names, too.</summary>
    private static readonly string[] Names = [RbacManifests.ReadName, RbacManifests.WriteName, AgentNames.ScrapeRole];

    public async Task<RemoveRbacResult> RunAsync(RemoveRbacRequest request, CancellationToken cancellationToken)
    {
        var resolved = request.Resolved;
        using var kubernetes = await clusters.ConnectAsync(resolved.Cluster, resolved.Described, request.Execution, cancellationToken);
        var change = await RemoveAgentsAsync(kubernetes, resolved.Cluster.Arn, cancellationToken);
        change = Max(change, await RemoveRoleAnnotationsAsync(kubernetes, resolved.Cluster.Arn, cancellationToken));
        foreach (var kind in Kinds)
        {
            var path = KubernetesPath.AllRbac(kind, $"{ManagedNames.ManagedByLabel}={ManagedNames.ManagedBy}");
            foreach (var item in await kubernetes.ListAsync(path, cancellationToken) ?? [])
            {
                if (ManagedNames.IsManaged(item) && Names.Contains(Text(item, "name")))
                {
                    var deleted = await kubernetes.DeleteAsync(PathOf(kind, item), Text(item, "uid"), cancellationToken);
                    Removed(resolved.Cluster.Arn, kind, Text(item, "namespace"), Text(item, "name"), deleted);
                    change = deleted ? Change.Updated : change;
                }
            }
        }

        return new RemoveRbacResult(Max(change, await RemoveNamespaceAsync(kubernetes, resolved.Cluster.Arn, cancellationToken)));
    }

    /// <summary>Deletes each object by its name and before the namespace, so that the Prometheus operator sees the deletion of its resource.</summary>
    private async Task<Change> RemoveAgentsAsync(IKubernetes kubernetes, string cluster, CancellationToken cancellationToken)
    {
        var (writer, change) = (new ManagedObjectWriter(kubernetes), Change.Unchanged);
        var observed = await ManagedNamespaceObserver.ObserveAsync(kubernetes, cancellationToken);
        foreach (var path in ManagedObject.Deliveries.SelectMany(ManagedObject.PathsOf))
        {
            if (await writer.DeleteAsync(path, observed, cancellationToken))
            {
                Removed(cluster, "object", AgentNames.Namespace, path, done: true);
                change = Change.Updated;
            }
        }

        return change;
    }

    /// <summary>Deletes the namespace with all remaining objects. A namespace that has only the name belongs to another owner and stays.</summary>
    private async Task<Change> RemoveNamespaceAsync(IKubernetes kubernetes, string cluster, CancellationToken cancellationToken)
    {
        var found = await kubernetes.GetAsync(KubernetesPath.Namespace(AgentNames.Namespace), cancellationToken);
        if (found is null || !ManagedNames.IsManaged(found) || found["metadata"]!["deletionTimestamp"] is not null)
        {
            return Change.Unchanged;
        }

        var deleted = await kubernetes.DeleteAsync(KubernetesPath.Namespace(AgentNames.Namespace), Text(found, "uid"), cancellationToken);
        Removed(cluster, "namespace", AgentNames.Namespace, AgentNames.Namespace, deleted);
        return deleted ? Change.Updated : Change.Unchanged;
    }

    private static Change Max(Change one, Change other) => one == Change.Unchanged ? other : one;

    /// <summary>The withdrawal has handled the collectors; a service account may outlive the Prometheus resource that used it.</summary>
    private async Task<Change> RemoveRoleAnnotationsAsync(IKubernetes kubernetes, string cluster, CancellationToken cancellationToken)
    {
        var change = Change.Unchanged;
        foreach (var item in await kubernetes.ListAsync(KubernetesPath.AllServiceAccounts, cancellationToken) ?? [])
        {
            var account = ServiceAccountResource.Read(item);
            // The managed namespace is deleted with its service accounts.
            if (account.RoleIsManaged && account.Namespace != AgentNames.Namespace)
            {
                await kubernetes.ApplyAsync(
                    KubernetesPath.ServiceAccount(account.Namespace, account.Name), CollectorPatches.ServiceAccount(account, roleArn: null), cancellationToken);
                Removed(cluster, "role of service account", account.Namespace, account.Name, done: true);
                change = Change.Updated;
            }
        }

        return change;
    }

    private static string PathOf(string kind, JsonObject item) => kind switch
    {
        "rolebindings" => KubernetesPath.RoleBinding(Text(item, "namespace"), Text(item, "name")),
        "roles" => KubernetesPath.Role(Text(item, "namespace"), Text(item, "name")),
        "clusterrolebindings" => KubernetesPath.ClusterRoleBinding(Text(item, "name")),
        _ => KubernetesPath.ClusterRole(Text(item, "name")),
    };

    private static string Text(JsonObject item, string field) => item["metadata"]?[field]?.ToString() ?? "";

    [LoggerMessage(LogLevel.Information, "{Cluster}: {Kind} {Namespace}/{Name} removed: {Done}")]
    private partial void Removed(string cluster, string kind, string @namespace, string name, bool done);
}
