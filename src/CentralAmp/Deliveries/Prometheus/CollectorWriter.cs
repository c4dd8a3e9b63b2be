using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>Applies to one collector, and explains conflicts.</summary>
internal sealed class CollectorWriter(IKubernetes kubernetes, DesiredDelivery desired)
{
    /// <returns>False if the object changed after it was read: observe again.</returns>
    public Task<bool> ApplyAsync(ServiceAccountResource account, JsonObject body, CancellationToken cancellationToken) => GuardAsync(
        KubernetesPath.ServiceAccount(account.Namespace, account.Name),
        body,
        conflict => Failure.Blocked(
            Causes.ServiceAccountForeignRole,
            $"The role annotation of the {account} belongs to another manager ({conflict.Message}).",
            $"Remove the annotation {ManagedNames.ServiceAccountRoleAnnotation} at its source, then execute again."),
        cancellationToken);

    /// <returns>False if the object changed after it was read: observe again.</returns>
    public Task<bool> ApplyAsync(PrometheusResource prometheus, JsonObject body, CancellationToken cancellationToken) => GuardAsync(
        KubernetesPath.Prometheus(prometheus.Namespace, prometheus.Name),
        body,
        conflict => conflict.Causes.Any(cause => cause.Field.Contains("remoteWrite", StringComparison.Ordinal))
            ? DeliveryRefusals.ForeignList(prometheus, $"another manager ({conflict.Message})", desired)
            : null,
        cancellationToken);

    private async Task<bool> GuardAsync(string path, JsonObject body, Func<KubernetesException, Failure?> explain, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.ApplyAsync(path, body, cancellationToken);
            return true;
        }
        catch (WorkflowException e) when (e.InnerException is KubernetesException { Status: 409, IsManagerConflict: false })
        {
            return false;
        }
        catch (WorkflowException e) when (e.InnerException is KubernetesException { IsManagerConflict: true } conflict && explain(conflict) is { } failure)
        {
            throw failure.ToException(e);
        }
    }
}
