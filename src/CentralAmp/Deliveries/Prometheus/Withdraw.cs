using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>Withdraws delivery <c>prometheus</c>, in the reverse order, until the collector is as it was before.</summary>
internal static class Withdraw
{
    /// <summary>Four steps, and as many attempts that a concurrent change refused.</summary>
    private const int MostRounds = 8;

    public static async Task<Change> RunAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var (collector, desired) = (work.Collector, work.Desired);
        var writer = new CollectorWriter(work.Kubernetes, desired);
        var change = Change.Unchanged;
        for (var round = 0; round < MostRounds; round++)
        {
            var observed = await DeliveryObserver.ObserveAsync(work.Kubernetes, collector, desired.Entry, cancellationToken);
            var action = WithdrawalDecider.Decide(observed, collector, desired);
            if (action.Step == WithdrawalStep.Stop)
            {
                throw action.Failure!.ToException();
            }

            if (action.Step == WithdrawalStep.Done)
            {
                return change;
            }

            await work.RequireClaimAsync(cancellationToken);
            if (await ActAsync(action.Step, observed, writer, cancellationToken))
            {
                work.Acted(action.Step.ToString(), collector.Namespace, collector.Name);
                change = Change.Updated;
            }
        }

        throw KubernetesFailures.ChangesTooFast($"Prometheus '{collector.Namespace}/{collector.Name}'");
    }

    private static Task<bool> ActAsync(WithdrawalStep step, ObservedDelivery observed, CollectorWriter writer, CancellationToken cancellationToken) => step switch
    {
        WithdrawalStep.RemoveEntry => writer.ApplyAsync(observed.Prometheus!, CollectorPatches.RemoveEntry(observed.Prometheus!), cancellationToken),
        WithdrawalStep.RemoveServiceAccountRole => writer.ApplyAsync(
            observed.ServiceAccount!, CollectorPatches.ServiceAccount(observed.ServiceAccount!, roleArn: null), cancellationToken),
        WithdrawalStep.RemovePodsRole => writer.ApplyAsync(observed.Prometheus!, CollectorPatches.RemovePodsRole(observed.Prometheus!), cancellationToken),
        WithdrawalStep.RemoveMark => writer.ApplyAsync(observed.Prometheus!, CollectorPatches.RemoveMark(observed.Prometheus!), cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a write."),
    };
}
