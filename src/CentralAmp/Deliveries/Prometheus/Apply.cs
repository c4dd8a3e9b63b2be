using CentralAmp.Collectors;
using CentralAmp.Kubernetes;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>Delivery <c>prometheus</c>: changes the cluster's Prometheus, one safe step after the other.</summary>
internal static class Apply
{
    /// <summary>Three steps, and as many attempts that a concurrent change refused.</summary>
    private const int MostRounds = 6;

    public static async Task<AppliedDelivery> RunAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var (collector, desired) = (work.Collector, work.Desired);
        var writer = new CollectorWriter(work.Kubernetes, desired);

        // The waits between steps are retries of the state machine, each in its own process: the plan has the change of this execution.
        var change = work.Plan.Change;
        for (var round = 0; round < MostRounds; round++)
        {
            var observed = await DeliveryObserver.ObserveAsync(work.Kubernetes, collector, desired.Entry, cancellationToken);
            var action = DeliveryDecider.Decide(observed, collector, desired);
            if (action.Step == DeliveryStep.Stop)
            {
                throw action.Failure!.ToException();
            }

            if (action.Step == DeliveryStep.Done)
            {
                return new AppliedDelivery(change);
            }

            await work.RequireClaimAsync(cancellationToken);
            if (await ActAsync(action.Step, observed, desired, writer, cancellationToken))
            {
                work.Acted(action.Step.ToString(), collector.Namespace, collector.Name);
                change = change == Change.Unchanged ? Change.Updated : change;
            }
        }

        throw KubernetesFailures.ChangesTooFast($"Prometheus '{collector.Namespace}/{collector.Name}'");
    }

    /// <summary>The collector has CentralAmp's entry, and works.</summary>
    public static async Task<bool> IsHealthyAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var observed = await DeliveryObserver.ObserveAsync(work.Kubernetes, work.Collector, work.Desired.Entry, cancellationToken);
        return DeliveryDecider.Decide(observed, work.Collector, work.Desired).Step == DeliveryStep.Done;
    }

    private static Task<bool> ActAsync(
        DeliveryStep step, ObservedDelivery observed, DesiredDelivery desired, CollectorWriter writer, CancellationToken cancellationToken) => step switch
    {
        DeliveryStep.AnnotateServiceAccount => writer.ApplyAsync(
            observed.ServiceAccount!, CollectorPatches.ServiceAccount(observed.ServiceAccount!, desired.RoleArn), cancellationToken),
        DeliveryStep.AnnotatePods => writer.ApplyAsync(
            observed.Prometheus!, CollectorPatches.AnnotatePods(observed.Prometheus!, desired.RoleArn), cancellationToken),
        DeliveryStep.ApplyEntry => writer.ApplyAsync(
            observed.Prometheus!, CollectorPatches.ApplyEntry(observed.Prometheus!, desired), cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a write."),
    };
}
