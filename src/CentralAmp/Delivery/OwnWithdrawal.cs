using CentralAmp.Delivery.Agents;
using CentralAmp.Failures;

namespace CentralAmp.Delivery;

/// <summary>
/// Takes an agent of ours back, or what we wrote down for people. The namespace and the identity stay: they run nothing, only an
/// administrator may remove them, and offboarding does.
/// </summary>
internal static class OwnWithdrawal
{
    public static async Task<Change> RunAsync(DeliveryWork work, CancellationToken cancellationToken)
    {
        var writer = new OwnWriter(work.Kubernetes);
        var change = Change.Unchanged;
        var observed = await OwnGatherer.GatherAsync(work.Kubernetes, cancellationToken);
        foreach (var path in OwnObject.PathsOf(work.Plan.Delivery))
        {
            if (await writer.DeleteAsync(path, observed, cancellationToken))
            {
                work.Acted("Delete", AgentNames.Namespace, path);
                change = Change.Updated;
            }
        }

        observed = await OwnGatherer.GatherAsync(work.Kubernetes, cancellationToken);
        if (observed.Has(work.Plan.Delivery))
        {
            throw new NotReadyException(
                Causes.NotReconciled,
                $"What delivery '{work.Plan.Delivery}' put into namespace '{AgentNames.Namespace}' is still being deleted.",
                "None if it goes; else see which finalizer keeps it.");
        }

        await writer.ForgetAsync(work.Plan.Delivery, observed, cancellationToken);
        return change;
    }
}
