using CentralAmp.Kubernetes;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Access;

/// <summary>Installs the read-only RBAC and, once there is a plan, the one that names what will be written. Runs elevated.</summary>
public sealed class InstallRbacStep(IKubernetesClients clients, ILogger<InstallRbacStep> log)
{
    public async Task<InstallRbacResult> RunAsync(InstallRbacRequest request, CancellationToken cancellationToken)
    {
        using var kubernetes = await clients.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var overall = Change.Unchanged;
        foreach (var item in Desired(request))
        {
            var change = await RbacRules.EnsureAsync(kubernetes, item, cancellationToken);
            log.RbacEnsured(request.Cluster.Arn, item.Kind, item.Name, change);
            overall = overall == Change.Unchanged ? change : overall;
        }

        return new InstallRbacResult(overall);
    }

    private static IEnumerable<RbacObject> Desired(InstallRbacRequest request) =>
        request.Plan is { Collector: not null } plan ? [.. RbacRules.Reading(), .. RbacRules.Writing(plan)] : RbacRules.Reading();
}
