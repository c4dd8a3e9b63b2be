using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="Plan">The writing RBAC is installed for its collector; absent before planning.</param>
public sealed record InstallRbacRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan? Plan = null);

public sealed record InstallRbacResult(Change Change);

/// <summary>Installs the read-only RBAC and, if there is a plan, the RBAC that names the objects to write. Runs elevated.</summary>
public sealed partial class InstallRbacStep(IKubernetesClients clients, ClusterRegistry registry, ILogger<InstallRbacStep> logger)
{
    public async Task<InstallRbacResult> RunAsync(InstallRbacRequest request, CancellationToken cancellationToken)
    {
        using var kubernetes = await clients.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        await RefuseForeignNamespaceAsync(kubernetes, request, cancellationToken);
        await registry.RequireClaimAsync(request.Cluster, request.Described.CreatedAt, request.Execution, cancellationToken);
        var overall = Change.Unchanged;
        foreach (var item in Desired(request))
        {
            var change = await RbacRules.EnsureAsync(kubernetes, item, cancellationToken);
            Installed(request.Cluster.Arn, item.Kind, item.Name, change);
            overall = overall == Change.Unchanged ? change : overall;
        }

        return new InstallRbacResult(overall);
    }

    /// <summary>Who has rights in the namespace could use the identity of an agent there. Only now, elevated, CentralAmp may list the bindings.</summary>
    private static async Task RefuseForeignNamespaceAsync(IKubernetes kubernetes, InstallRbacRequest request, CancellationToken cancellationToken)
    {
        var writes = Desired(request).Any(item => item.Kind == "RoleBinding" && item.Path == KubernetesPath.RoleBinding(AgentNames.Namespace, RbacManifests.WriteName));
        if (writes && NamespaceRefusals.OfBindings(
            request.Cluster,
            await kubernetes.ListAsync(KubernetesPath.RoleBindings(AgentNames.Namespace), cancellationToken) ?? [],
            RbacManifests.WriteName) is { } refusal)
        {
            throw refusal.ToException();
        }
    }

    private static IEnumerable<RbacObject> Desired(InstallRbacRequest request) =>
        request.Plan is { Collector: not null } plan ? [.. RbacRules.Reading(), .. RbacRules.Writing(plan)] : RbacRules.Reading();

    [LoggerMessage(LogLevel.Information, "{Kind} '{Name}' in {ClusterArn}: {Change}")]
    private partial void Installed(string clusterArn, string kind, string name, Change change);
}
