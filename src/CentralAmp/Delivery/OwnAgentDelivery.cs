using CentralAmp.Delivery.Agents;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Delivery;

/// <summary>Deliveries <c>agent</c> and <c>prometheus-agent</c>: makes and repairs our own collector, and sees that it runs.</summary>
internal static class OwnAgentDelivery
{
    public static async Task<Change> RunAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var (change, observed) = await OwnDelivery.PutAllAsync(work, cancellationToken);
        var workload = await DeliveryGatherer.GatherWorkloadAsync(work.Kubernetes, work.Collector, work.Desired.Entry, cancellationToken);
        if (OwnDecider.OfHealth(observed, workload, work.Collector, work.Desired) is not { } failure)
        {
            return change;
        }

        throw workload.Pods.Count == 0 && await RefusalOfPodsAsync(work, workload, cancellationToken) is { } refusal ? refusal : failure.ToException();
    }

    /// <summary>It took over, and works.</summary>
    public static async Task<bool> IsHealthyAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var observed = await OwnGatherer.GatherAsync(work.Kubernetes, cancellationToken);
        var workload = await DeliveryGatherer.GatherWorkloadAsync(work.Kubernetes, work.Collector, work.Desired.Entry, cancellationToken);
        return observed.Has(work.Plan.Delivery) && OwnDecider.OfHealth(observed, workload, work.Collector, work.Desired) is null;
    }

    /// <summary>A StatefulSet is accepted even where its pods are not: quota, pod security and webhooks show in events alone.</summary>
    private static async Task<RoadException?> RefusalOfPodsAsync(DeliveryWork work, ObservedDelivery workload, CancellationToken cancellationToken)
    {
        var events = await work.Kubernetes.ListAsync(KubernetesPath.Events(AgentNames.Namespace, "FailedCreate"), cancellationToken) ?? [];
        return PodRefusals.Of(events, workload.StatefulSets, work.Execution.StartedAt);
    }
}
