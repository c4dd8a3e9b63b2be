using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Planning;

namespace CentralAmp.Delivery;

/// <summary>What belongs to someone else is never written: said by the plan, and again by delivery if it happened meanwhile.</summary>
internal static class DeliveryRefusals
{
    public static Failure? OfIdentity(ServiceAccountResource account, string roleArn) =>
        Standing.OfIdentity(account, roleArn) != IdentityStanding.Foreign
            ? null
            : Decisions.Blocked(
                Causes.ServiceAccountForeignRole,
                $"The {account} has the role {account.RoleArn}, set by {Names(account.RoleOwners)}; a pod can have only one.",
                $"Remove the annotation {Ours.ServiceAccountRoleAnnotation} at its source if nothing needs that role, then execute again.");

    public static Failure? OfTakenName(PrometheusResource prometheus, DesiredDelivery desired) =>
        Standing.OfEntry(prometheus, desired.Entry) != EntryStanding.NameTaken
            ? null
            : Decisions.Blocked(
                Causes.EntryForeign,
                $"{prometheus} has a remote-write entry named '{Ours.EntryName}' that {Names(prometheus.RemoteWriteOwners)} set, and it is not what CentralAmp needs.",
                $"At its source, replace that entry by this, or remove it: {JsonMeaning.Print(desired.Entry)}");

    public static Failure? OfForeignList(PrometheusResource prometheus, DesiredDelivery desired) =>
        Standing.OfEntry(prometheus, desired.Entry) != EntryStanding.Foreign
            ? null
            : ForeignList(prometheus, Names(prometheus.RemoteWriteOwners), desired);

    /// <summary>The list is atomic: whoever applies it owns all of it, so the user adds our entry where the list comes from.</summary>
    public static Failure ForeignList(PrometheusResource prometheus, string owner, DesiredDelivery desired) => Decisions.Blocked(
        Causes.RemoteWriteForeign,
        $"spec.remoteWrite of {prometheus} belongs to {owner}.",
        // Prometheus resolves credentials when it loads an entry, and refuses the whole configuration without them (prometheus.md, "Failure behaviour").
        $"Tag the cluster {ClusterTags.Delivery}={Deliveries.Values}: CentralAmp makes the role, and writes down what to merge. At its source (Helm values, Git) then come, "
        + $"in this order, the annotation {Ours.ServiceAccountRoleAnnotation}={desired.RoleArn} on the service account '{prometheus.Namespace}/{prometheus.ServiceAccount}', "
        + "new pods, which have the role, and only then the entry: added before, Prometheus refuses to load its configuration and does not survive a restart. "
        + $"The entry for the list: {JsonMeaning.Print(desired.Entry)}");

    /// <summary>Put back as often as we do, and gone again: never a war.</summary>
    public static Failure? OfReverts(PrometheusResource prometheus, DesiredDelivery desired) =>
        Standing.OfEntry(prometheus, desired.Entry) == EntryStanding.Absent && prometheus.Applied >= DeliveryDecider.MostApplied
            ? Decisions.Blocked(
                Causes.Reverted,
                $"CentralAmp applied its remote-write entry to {prometheus} {prometheus.Applied} times, and every time someone removed it.",
                $"Find out who (Helm, Argo CD, Flux, a person) and add the entry at that source, or remove the annotation {Ours.AppliedAnnotation} "
                + $"to let CentralAmp try again; then execute again. The entry: {JsonMeaning.Print(desired.Entry)}")
            : null;

    internal static string Names(IReadOnlyList<string> managers) =>
        managers.Count == 0 ? "an unknown manager" : string.Join(" and ", managers.Select(manager => $"'{manager}'"));
}
