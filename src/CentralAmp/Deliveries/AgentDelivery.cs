using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries;

/// <summary>What deliveries <c>agent</c> and <c>prometheus-agent</c> have in common: CentralAmp's own collector in its own namespace.</summary>
internal static class AgentDelivery
{
    public static PlannedDelivery Plan(PlanObservation facts, string delivery, IReadOnlyList<ManagedObject> objects, ReplacedDelivery[] replaces)
    {
        var collector = AgentCollector.Of(delivery);
        var what = $"An agent of ours, {objects[^1]}, as service account '{collector.Namespace}/{collector.ServiceAccount}' writes to {facts.Workspace.Arn} as {PlannedDelivery.Identity(facts)}";
        var change = PlannedDelivery.ChangeOf(facts, objects);
        var sentence = change switch
        {
            Change.Unchanged => $"{what}: everything is there",
            Change.Created => $"{what}: it is to be made, nothing else in the cluster is changed",
            _ => $"{what}: it is to be brought up to date",
        };
        return new PlannedDelivery(delivery, collector, PlannedDelivery.AtLeast(change, replaces), sentence + Replaced.Describe(replaces), replaces)
        {
            Refusal = ManagedObjectRefusals.OfReverts(facts.Own, delivery, objects),
        };
    }

    public static async Task<AppliedDelivery> ApplyAsync(DeliveryWork work, IReadOnlyList<ManagedObject> objects, CancellationToken cancellationToken)
    {
        var (change, observed) = await ManagedObjects.ApplyAsync(work.Managed, objects, work.Plan.Change, cancellationToken);
        var workload = await DeliveryObserver.ObserveWorkloadAsync(work.Kubernetes, work.Collector, work.Desired.Entry, cancellationToken);
        if (ManagedObjectDecider.OfHealth(observed, workload, work.Collector, work.Desired) is not { } failure)
        {
            return new AppliedDelivery(change);
        }

        throw workload.Pods.Count == 0 && await RefusalOfPodsAsync(work, workload, cancellationToken) is { } refusal ? refusal : failure.ToException();
    }

    /// <summary>The agent is there, and works.</summary>
    public static async Task<bool> IsHealthyAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var observed = await ManagedNamespaceObserver.ObserveAsync(work.Kubernetes, cancellationToken);
        var workload = await DeliveryObserver.ObserveWorkloadAsync(work.Kubernetes, work.Collector, work.Desired.Entry, cancellationToken);
        return observed.Has(work.Plan.Delivery) && ManagedObjectDecider.OfHealth(observed, workload, work.Collector, work.Desired) is null;
    }

    /// <summary>A StatefulSet is accepted even where its pods are not: quota, pod security and webhooks show in events alone.</summary>
    private static async Task<WorkflowException?> RefusalOfPodsAsync(DeliveryWork work, ObservedDelivery workload, CancellationToken cancellationToken)
    {
        var events = await work.Kubernetes.ListAsync(KubernetesPath.Events(AgentNames.Namespace, "FailedCreate"), cancellationToken) ?? [];
        return PodRefusals.Of(events, workload.StatefulSets, work.Execution.StartedAt);
    }
}
