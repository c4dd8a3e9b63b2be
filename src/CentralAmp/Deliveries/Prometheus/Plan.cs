using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>What delivery <c>prometheus</c> has to do. Pure.</summary>
internal static class Plan
{
    public static PlannedDelivery Of(PlanObservation observation, ReplacedDelivery[] replaces)
    {
        var (candidate, account) = (observation.Candidate, observation.ServiceAccount!);
        var what = $"{candidate} with {candidate.Replicas} replica(s) as {account} writes to {observation.Workspace.Arn} as {PlannedDelivery.Identity(observation)}";
        var change = Delta(candidate, account, observation.Desired);
        var sentence = change switch
        {
            Change.Unchanged => $"{what}: everything exists as desired",
            _ when CollectorIdentity.OfPodsIs(candidate, observation.RoleArn) => $"{what}: the remote-write entry is to be applied, no pod is rolled",
            _ => $"{what}: the service account is to be annotated, the pods to be rolled, the remote-write entry to be applied",
        };
        return new PlannedDelivery(
            DeliveryNames.Prometheus, Collector.Of(candidate), PlannedDelivery.AtLeast(change, replaces), sentence + Replaced.Describe(replaces), replaces)
        {
            Warnings = candidate.DeniesFileAccess ? [] : [FileAccess(candidate)],
        };
    }

    /// <summary>Whoever may create a ServiceMonitor gets every file of the pods as a bearer token, also the one with which the role is assumed.</summary>
    private static string FileAccess(PrometheusResource candidate) =>
        $"{candidate} lets ServiceMonitors read files of its pods, among them the web identity token that writes to the workspace: set "
        + "spec.arbitraryFSAccessThroughSMs.deny to true at its source as soon as none of its monitors needs a file.";

    /// <summary>What the delivery has to change.</summary>
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
