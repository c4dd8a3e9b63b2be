using CentralAmp.Delivery.Agents;
using CentralAmp.Failures;

namespace CentralAmp.Delivery;

/// <summary>Brings the objects of a delivery in our own namespace to what they shall be.</summary>
internal static class OwnDelivery
{
    /// <summary>Two objects at most, and as many looks that came too late.</summary>
    private const int MostRounds = 6;

    /// <returns>What was done, and what is there now.</returns>
    public static async Task<(Change Change, ObservedOwn Observed)> PutAllAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var writer = new OwnWriter(work.Kubernetes);
        var change = work.Plan.Change;
        for (var round = 0; round < MostRounds; round++)
        {
            var observed = await OwnGatherer.GatherAsync(work.Kubernetes, cancellationToken);
            var action = OwnDecider.OfObjects(observed, work.Plan.Delivery, work.OwnObjects);
            if (action.Failure is { } failure)
            {
                throw failure.ToException();
            }

            if (action.IsDone)
            {
                return (change, observed);
            }

            if (await writer.PutAsync(action.Put!, observed, cancellationToken))
            {
                work.Acted($"Put {action.Put!.Kind}", AgentNames.Namespace, action.Put.Name);
                change = change == Change.Unchanged ? Change.Updated : change;
                if (action.Counts && !await writer.CountAsync(work.Plan.Delivery, observed.AppliedOf(work.Plan.Delivery) + 1, cancellationToken))
                {
                    throw OwnRefusals.OfCounting().ToException();
                }
            }
        }

        throw CollectorWriter.ChangesTooFast($"What is in namespace '{AgentNames.Namespace}'");
    }
}
