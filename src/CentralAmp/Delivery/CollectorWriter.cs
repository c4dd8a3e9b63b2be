using System.Text.Json.Nodes;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Planning;

namespace CentralAmp.Delivery;

/// <summary>Applies to one collector, and says what a conflict means here.</summary>
internal sealed class CollectorWriter(IKubernetes kubernetes, DesiredDelivery desired)
{
    /// <returns>False when it changed since it was read: gather again.</returns>
    public Task<bool> ApplyAsync(ServiceAccountResource account, JsonObject body, CancellationToken cancellationToken) => GuardAsync(
        KubernetesPath.ServiceAccount(account.Namespace, account.Name),
        body,
        conflict => Decisions.Blocked(
            Causes.ServiceAccountForeignRole,
            $"The role annotation of the {account} belongs to another manager ({conflict.Message}).",
            $"Remove the annotation {Ours.ServiceAccountRoleAnnotation} at its source, then execute again."),
        cancellationToken);

    /// <returns>False when it changed since it was read: gather again.</returns>
    public Task<bool> ApplyAsync(PrometheusResource prometheus, JsonObject body, CancellationToken cancellationToken) => GuardAsync(
        KubernetesPath.Prometheus(prometheus.Namespace, prometheus.Name),
        body,
        conflict => conflict.Causes.Any(cause => cause.Field.Contains("remoteWrite", StringComparison.Ordinal))
            ? DeliveryRefusals.ForeignList(prometheus, $"another manager ({conflict.Message})", desired)
            : null,
        cancellationToken);

    public static NotReadyException ChangesTooFast(string what) => new(
        Causes.KubernetesConflict, $"{what} changes faster than it can be written.", "None if it passes; else see what keeps changing it.");

    private async Task<bool> GuardAsync(string path, JsonObject body, Func<KubernetesException, Failure?> explain, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.ApplyAsync(path, body, cancellationToken);
            return true;
        }
        catch (RoadException e) when (e.InnerException is KubernetesException { Status: 409, IsManagerConflict: false })
        {
            return false;
        }
        catch (RoadException e) when (e.InnerException is KubernetesException { IsManagerConflict: true } conflict && explain(conflict) is { } failure)
        {
            throw failure.ToException(e);
        }
    }
}
