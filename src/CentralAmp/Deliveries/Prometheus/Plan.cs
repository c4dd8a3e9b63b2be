using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>What delivery <c>prometheus</c> has to do. Pure.</summary>
internal static class Plan
{
    public static PlannedDelivery Of(PlanObservation facts, ReplacedDelivery[] replaces)
    {
        var (candidate, account) = (facts.Candidate, facts.ServiceAccount!);
        var what = $"{candidate} with {candidate.Replicas} replica(s) as {account} writes to {facts.Workspace.Arn} as {PlannedDelivery.Identity(facts)}";
        var change = Delta(candidate, account, facts.Desired);
        var sentence = change switch
        {
            Change.Unchanged => $"{what}: everything is there",
            _ when CollectorIdentity.OfPodsIs(candidate, facts.RoleArn) => $"{what}: the remote-write entry is to be applied, no pod is rolled",
            _ => $"{what}: the service account is to be annotated, the pods to be rolled, the remote-write entry to be applied",
        };
        return new PlannedDelivery(
            DeliveryNames.Prometheus, Collector.Of(candidate), PlannedDelivery.AtLeast(change, replaces), sentence + Replaced.Describe(replaces), replaces);
    }

    /// <summary>What delivery will have to do.</summary>
    public static Change Delta(PrometheusResource prometheus, ServiceAccountResource account, DesiredDelivery desired)
    {
        var identity = CollectorIdentity.Of(account, desired.RoleArn);
        var entry = RemoteWriteState.Of(prometheus, desired.Entry);
        if (identity == IdentityState.Current
            && CollectorIdentity.OfPodsIs(prometheus, desired.RoleArn)
            && entry is EntryState.Current or EntryState.AddedAtSource)
        {
            return Change.Unchanged;
        }

        return CollectorIdentity.IsUntouched(prometheus, account) ? Change.Created : Change.Updated;
    }
}
