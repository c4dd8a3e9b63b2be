using System.Text.Json.Nodes;
using CentralAmp.Kubernetes;

namespace CentralAmp.Collectors;

/// <summary>The observed state of the collector. Absent objects are null or missing in their list.</summary>
/// <param name="StatefulSets">One per shard, in their order; null if the operator has not created it.</param>
/// <param name="Loaded">Of the pods that are Ready.</param>
public sealed record ObservedDelivery(
    PrometheusResource? Prometheus,
    ServiceAccountResource? ServiceAccount,
    IReadOnlyList<StatefulSetResource?> StatefulSets,
    IReadOnlyList<PodResource> Pods,
    IReadOnlyList<LoadedConfiguration> Loaded);

/// <summary>Reads the collector.</summary>
internal static class DeliveryObserver
{
    /// <summary>
    /// Security groups often block port 9090 for the control plane, so that requests get no answer instead of a refusal. That does not make the
    /// pod unhealthy.
    /// </summary>
    private static readonly TimeSpan ProxyLimit = TimeSpan.FromSeconds(5);

    public static async Task<ObservedDelivery> ObserveAsync(
        IKubernetes kubernetes, Collector collector, JsonObject entry, CancellationToken cancellationToken)
    {
        var prometheus = await kubernetes.GetAsync(KubernetesPath.Prometheus(collector.Namespace, collector.Name), cancellationToken);
        var workload = await ObserveWorkloadAsync(kubernetes, collector, entry, cancellationToken);
        return workload with { Prometheus = prometheus is null ? null : PrometheusResource.Read(prometheus) };
    }

    /// <summary>Reads service account, StatefulSets, pods and loaded configuration; also for a managed agent, which has no Prometheus resource.</summary>
    public static async Task<ObservedDelivery> ObserveWorkloadAsync(
        IKubernetes kubernetes, Collector collector, JsonObject entry, CancellationToken cancellationToken)
    {
        var account = await kubernetes.GetAsync(KubernetesPath.ServiceAccount(collector.Namespace, collector.ServiceAccount), cancellationToken);
        var sets = new List<StatefulSetResource?>();
        foreach (var name in CollectorNames.StatefulSets(collector))
        {
            var set = await kubernetes.GetAsync(KubernetesPath.StatefulSet(collector.Namespace, name), cancellationToken);
            sets.Add(set is null ? null : StatefulSetResource.Read(set));
        }

        var pods = await PodsAsync(kubernetes, collector, cancellationToken);
        var loaded = await Task.WhenAll(pods.Where(pod => pod.Ready).Select(pod => LoadedAsync(kubernetes, collector, pod, entry, cancellationToken)));
        return new ObservedDelivery(
            Prometheus: null,
            account is null ? null : ServiceAccountResource.Read(account),
            sets,
            pods,
            loaded);
    }

    public static async Task<IReadOnlyList<PodResource>> PodsAsync(IKubernetes kubernetes, Collector collector, CancellationToken cancellationToken)
    {
        var pods = new List<PodResource>();
        foreach (var name in collector.Pods)
        {
            if (await kubernetes.GetAsync(KubernetesPath.Pod(collector.Namespace, name), cancellationToken) is { } pod)
            {
                pods.Add(PodResource.Read(pod));
            }
        }

        return pods;
    }

    private static async Task<LoadedConfiguration> LoadedAsync(
        IKubernetes kubernetes, Collector collector, PodResource pod, JsonObject entry, CancellationToken cancellationToken)
    {
        var config = await ProxyAsync(kubernetes, collector, pod, LoadedConfiguration.ConfigTarget, cancellationToken);
        var metrics = config.Status == 200
            ? await ProxyAsync(kubernetes, collector, pod, LoadedConfiguration.MetricsTarget, cancellationToken)
            : config;
        return LoadedConfiguration.Read(pod.Name, config, metrics, entry);
    }

    private static async Task<ProxyAnswer> ProxyAsync(
        IKubernetes kubernetes, Collector collector, PodResource pod, string target, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProxyLimit);
        try
        {
            return await kubernetes.ProxyGetAsync(
                KubernetesPath.PodProxy(collector.Namespace, pod.Name, CollectorNames.PrometheusPort, target), limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProxyAnswer(Status: 503, Body: "");
        }
    }
}
