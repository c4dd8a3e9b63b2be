using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Deliveries.Prometheus;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

/// <param name="Plan">The last plan, which has read what the cluster's role trusts. Absent in executions that began before a deployment.</param>
public sealed record RemoveRbacRequest(ExecutionReference Execution, ResolveOffboardingResult Resolved, PlanOffboardingResult? Plan = null);

/// <param name="Left">Objects with CentralAmp's marks that CentralAmp did not record, and a namespace with objects of others: they stay.</param>
public sealed record RemoveRbacResult(Change Change, string[]? Left = null)
{
    /// <summary>
    /// An onboarding that was already in its last write has delivered after the plan. Now nobody may write in the cluster any more, so looking once more is
    /// enough: the workflow withdraws that, too, before it removes the trust.
    /// </summary>
    public bool DeliveredMeanwhile { get; init; }
}

/// <summary>
/// Removes the managed agents, the managed RBAC of current and former collectors in every namespace, the managed namespace, and the role annotation
/// of service accounts whose collector is gone: those of record. Runs elevated: only a cluster-admin may list them all.
/// </summary>
public sealed partial class RemoveRbacStep(IKubernetesClients clusters, ClusterRegistry registry, HubSettings settings, ILogger<RemoveRbacStep> logger)
{
    /// <summary>Bindings first: a role without a binding grants nothing.</summary>
    private static readonly string[] Kinds = ["rolebindings", "roles", "clusterrolebindings", "clusterroles"];

    /// <summary>Anybody can set the label on any object; so an object must have one of these names, too, and be of record.</summary>
    private static readonly string[] Names = [RbacManifests.ReadName, RbacManifests.WriteName, AgentNames.ScrapeRole];

    public async Task<RemoveRbacResult> RunAsync(RemoveRbacRequest request, CancellationToken cancellationToken)
    {
        var resolved = request.Resolved;
        using var kubernetes = await clusters.ConnectAsync(resolved.Cluster, resolved.Described, request.Execution, cancellationToken);
        await registry.RequireClaimAsync(resolved.Cluster, resolved.Described.CreatedAt, request.Execution, cancellationToken);
        var run = new Run(kubernetes, resolved.Cluster.Arn, new OffboardingRecord(resolved.Registered, request.Plan?.Trusted ?? []));
        var @namespace = await kubernetes.GetAsync(KubernetesPath.Namespace(AgentNames.Namespace), cancellationToken);
        var isManaged = @namespace is not null && run.Record.NamesNamespace(@namespace);
        if (isManaged)
        {
            await RemoveAgentsAsync(run, cancellationToken);
        }

        await RemoveRoleAnnotationsAsync(run, cancellationToken);
        foreach (var kind in Kinds)
        {
            await RemoveRbacAsync(run, kind, cancellationToken);
        }

        await RemoveNamespaceAsync(run, @namespace, isManaged, cancellationToken);
        return new RemoveRbacResult(run.Change, run.Left.Count == 0 ? null : [.. run.Left])
        {
            DeliveredMeanwhile = WithdrawalPlan.Next(
                await ManagedCollectors.ObserveAsync(kubernetes, WithdrawalPlan.RolesOf(resolved, settings), run.Record, cancellationToken)) is not (null, null),
        };
    }

    /// <summary>Deletes each object by its name and before the namespace, so that the Prometheus operator sees the deletion of its resource.</summary>
    private async Task RemoveAgentsAsync(Run run, CancellationToken cancellationToken)
    {
        var writer = new ManagedObjectWriter(run.Kubernetes);
        var observed = await ManagedNamespaceObserver.ObserveAsync(run.Kubernetes, cancellationToken);
        foreach (var path in ManagedObject.Deliveries.SelectMany(ManagedObject.PathsOf))
        {
            if (await writer.DeleteAsync(path, observed, cancellationToken))
            {
                Removed(run.Cluster, "object", AgentNames.Namespace, path, done: true);
                run.Change = Change.Updated;
            }
        }
    }

    private async Task RemoveRbacAsync(Run run, string kind, CancellationToken cancellationToken)
    {
        var path = KubernetesPath.AllRbac(kind, $"{ManagedNames.ManagedByLabel}={ManagedNames.ManagedBy}");
        foreach (var item in await run.Kubernetes.ListAsync(path, cancellationToken) ?? [])
        {
            if (!ManagedNames.IsManaged(item) || !Names.Contains(Text(item, "name")))
            {
                continue;
            }

            if (!run.Record.NamesRbac(KindOf(kind), Text(item, "namespace"), Text(item, "name")))
            {
                run.Left.Add($"{kind} {Text(item, "namespace")}/{Text(item, "name")}");
                continue;
            }

            var deleted = await run.Kubernetes.DeleteAsync(PathOf(kind, item), Text(item, "uid"), cancellationToken);
            Removed(run.Cluster, kind, Text(item, "namespace"), Text(item, "name"), deleted);
            run.Change = deleted ? Change.Updated : run.Change;
        }
    }

    /// <summary>Deletes the namespace with the identity of the agents, but never with an object of others. A namespace that CentralAmp did not make stays.</summary>
    private async Task RemoveNamespaceAsync(Run run, JsonObject? found, bool isManaged, CancellationToken cancellationToken)
    {
        if (found is null || found["metadata"]!["deletionTimestamp"] is not null)
        {
            return;
        }

        var others = isManaged ? await NamespaceContents.OfOthersAsync(run.Kubernetes, cancellationToken) : [];
        if (isManaged && others.Count == 0)
        {
            var deleted = await run.Kubernetes.DeleteAsync(KubernetesPath.Namespace(AgentNames.Namespace), Text(found, "uid"), cancellationToken);
            Removed(run.Cluster, "namespace", AgentNames.Namespace, AgentNames.Namespace, deleted);
            run.Change = deleted ? Change.Updated : run.Change;
            return;
        }

        if (isManaged)
        {
            run.Left.Add($"namespace {AgentNames.Namespace}, in which others have {string.Join(", ", others.Take(3))}");
            await RemoveManagedAsync(run, KubernetesPath.ServiceAccount(AgentNames.Namespace, AgentNames.ServiceAccount), cancellationToken);
            await RemoveManagedAsync(run, KubernetesPath.Secret(AgentNames.Namespace, AgentNames.ScrapeJobs), cancellationToken);
        }
        else if (ManagedNames.IsManaged(found))
        {
            run.Left.Add($"namespace {AgentNames.Namespace}");
        }
    }

    /// <summary>Deletes one object of the managed namespace that otherwise goes with it.</summary>
    private async Task RemoveManagedAsync(Run run, string path, CancellationToken cancellationToken)
    {
        if (await run.Kubernetes.GetAsync(path, cancellationToken) is { } found && ManagedNames.IsManaged(found))
        {
            var deleted = await run.Kubernetes.DeleteAsync(path, Text(found, "uid"), cancellationToken);
            Removed(run.Cluster, "object", AgentNames.Namespace, path, deleted);
            run.Change = deleted ? Change.Updated : run.Change;
        }
    }

    /// <summary>The withdrawal has handled the collectors; a service account may outlive the Prometheus resource that used it.</summary>
    private async Task RemoveRoleAnnotationsAsync(Run run, CancellationToken cancellationToken)
    {
        foreach (var item in await run.Kubernetes.ListAsync(KubernetesPath.AllServiceAccounts, cancellationToken) ?? [])
        {
            var account = ServiceAccountResource.Read(item);
            // The managed namespace is deleted with its service accounts.
            if (!account.RoleIsManaged || account.Namespace == AgentNames.Namespace)
            {
                continue;
            }

            if (!run.Record.Names(account))
            {
                run.Left.Add($"the role of serviceaccounts {account.Namespace}/{account.Name}");
                continue;
            }

            await run.Kubernetes.ApplyAsync(
                KubernetesPath.ServiceAccount(account.Namespace, account.Name), CollectorPatches.ServiceAccount(account, roleArn: null), cancellationToken);
            Removed(run.Cluster, "role of service account", account.Namespace, account.Name, done: true);
            run.Change = Change.Updated;
        }
    }

    private static string KindOf(string plural) => plural switch
    {
        "rolebindings" => "RoleBinding",
        "roles" => "Role",
        "clusterrolebindings" => "ClusterRoleBinding",
        _ => "ClusterRole",
    };

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

    /// <summary>One pass over the cluster, and what it has done.</summary>
    private sealed class Run(IKubernetes kubernetes, string cluster, OffboardingRecord record)
    {
        public IKubernetes Kubernetes => kubernetes;

        public string Cluster => cluster;

        public OffboardingRecord Record => record;

        public Change Change { get; set; } = Change.Unchanged;

        public List<string> Left { get; } = [];
    }
}
