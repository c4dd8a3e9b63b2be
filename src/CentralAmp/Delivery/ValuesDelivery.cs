using CentralAmp.Failures;
using CentralAmp.Planning;

namespace CentralAmp.Delivery;

/// <summary>Delivery <c>values</c>: writes down what people merge, and when they have, sees that it works. Nothing of theirs is written.</summary>
internal static class ValuesDelivery
{
    /// <returns>What was done, and whether people have to merge it yet.</returns>
    public static async Task<(Change Change, bool Waits)> RunAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var (change, _) = await OwnDelivery.PutAllAsync(work, cancellationToken);
        var observed = await DeliveryGatherer.GatherAsync(work.Kubernetes, work.Collector, work.Desired.Entry, cancellationToken);
        // Gone, recreated or not merged is the plan's to look at again.
        if (!DeliveryDecider.IsTheOne(observed, work.Collector) || ValuesStanding.Of(observed.Prometheus!, observed.ServiceAccount, work.Desired) is not null)
        {
            return (change, Waits: true);
        }

        return CollectorHealth.OfMerged(observed, work.Collector, work.Desired.RoleArn) is { } failure ? throw failure.ToException() : (change, Waits: false);
    }
}
