using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries;

/// <summary>The common part of deliveries <c>agent</c> and <c>prometheus-agent</c>: CentralAmp's collector in its own namespace.</summary>
internal static class AgentDelivery
{
    public static PlannedDelivery Plan(PlanObservation observation, string delivery, IReadOnlyList<ManagedObject> objects, ReplacedDelivery[] replaces)
    {
        var collector = AgentCollector.Of(delivery);
        var what = $"CentralAmp's agent, {objects[^1]}, as service account '{collector.Namespace}/{collector.ServiceAccount}' writes to {observation.Workspace.Arn} as {PlannedDelivery.Identity(observation)}";
        var change = PlannedDelivery.ChangeOf(observation, objects);
        var sentence = change switch
        {
            Change.Unchanged => $"{what}: everything exists as desired",
            Change.Created => $"{what}: it is to be created, nothing else in the cluster is changed",
            _ => $"{what}: it is to be updated",
        };
        return new PlannedDelivery(delivery, collector, PlannedDelivery.AtLeast(change, replaces), sentence + Replaced.Describe(replaces), replaces)
        {
            Refusal = ManagedObjectRefusals.OfReverts(observation.Managed, delivery, objects),
        };
    }

    public static async Task<AppliedDelivery> ApplyAsync(DeliveryWork work, IReadOnlyList<ManagedObject> objects, CancellationToken cancellationToken)
    {
        var (change, observed) = await ManagedObjects.ApplyAsync(work.Managed, objects, work.Plan.Change, cancellationToken);
        var workload = await DeliveryObserver.ObserveWorkloadAsync(work.Kubernetes, work.Collector, work.Desired.Entry, cancellationToken);
        if (ManagedObjectDecider.OfHealth(observed, workload, work.Collector, work.Desired) is not { } failure)
        {
            return new AppliedDelivery(change, NamespaceUid: observed.NamespaceUid);
        }

        throw workload.Pods.Count == 0 && await RefusalOfPodsAsync(work, workload, cancellationToken) is { } refusal ? refusal : failure.ToException();
    }

    /// <summary>The agent exists, and works.</summary>
    public static async Task<bool> IsHealthyAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var observed = await ManagedNamespaceObserver.ObserveAsync(work.Kubernetes, cancellationToken);
        var workload = await DeliveryObserver.ObserveWorkloadAsync(work.Kubernetes, work.Collector, work.Desired.Entry, cancellationToken);
        return observed.Has(work.Plan.Delivery) && ManagedObjectDecider.OfHealth(observed, workload, work.Collector, work.Desired) is null;
    }

    /// <summary>An API server accepts a StatefulSet also where its pods are refused: only events show refusals by quota, pod security and webhooks.</summary>
    private static async Task<WorkflowException?> RefusalOfPodsAsync(DeliveryWork work, ObservedDelivery workload, CancellationToken cancellationToken)
    {
        var events = await work.Kubernetes.ListAsync(KubernetesPath.Events(AgentNames.Namespace, "FailedCreate"), cancellationToken) ?? [];
        return PodRefusals.Of(events, workload.StatefulSets, work.Execution.StartedAt);
    }
}
