using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries;

/// <summary>What belongs to someone else is never written: said by the plan, and again by delivery if it happened meanwhile.</summary>
internal static class DeliveryRefusals
{
    public const string NoCollectorRemedy = "None if it is being set up; else install kube-prometheus-stack, or execute again when it runs.";

    public static Failure? OfIdentity(ServiceAccountResource account, string roleArn) =>
        CollectorIdentity.Of(account, roleArn) != IdentityState.Foreign
            ? null
            : Failure.Blocked(
                Causes.ServiceAccountForeignRole,
                $"The {account} has the role {account.RoleArn}, set by {Names(account.RoleOwners)}; a pod can have only one.",
                $"Remove the annotation {ManagedNames.ServiceAccountRoleAnnotation} at its source if nothing needs that role, then execute again.");

    public static Failure? OfTakenName(PrometheusResource prometheus, DesiredDelivery desired) =>
        RemoteWriteState.Of(prometheus, desired.Entry) != EntryState.NameTaken
            ? null
            : Failure.Blocked(
                Causes.EntryForeign,
                $"{prometheus} has a remote-write entry named '{ManagedNames.EntryName}' that {Names(prometheus.RemoteWriteOwners)} set, and it is not what CentralAmp needs.",
                $"At its source, replace that entry by this, or remove it: {JsonText.Print(desired.Entry)}");

    public static Failure? OfForeignList(PrometheusResource prometheus, DesiredDelivery desired) =>
        RemoteWriteState.Of(prometheus, desired.Entry) != EntryState.Foreign
            ? null
            : ForeignList(prometheus, Names(prometheus.RemoteWriteOwners), desired);

    /// <summary>The list is atomic: whoever applies it owns all of it, so the user adds our entry where the list comes from.</summary>
    public static Failure ForeignList(PrometheusResource prometheus, string owner, DesiredDelivery desired) => Failure.Blocked(
        Causes.RemoteWriteForeign,
        $"spec.remoteWrite of {prometheus} belongs to {owner}.",
        // Prometheus resolves credentials when it loads an entry, and refuses the whole configuration without them (prometheus.md, "Failure behaviour").
        $"Tag the cluster {ClusterTags.Delivery}={DeliveryNames.Values}: CentralAmp makes the role, and writes down what to merge. At its source (Helm values, Git) then come, "
        + $"in this order, the annotation {ManagedNames.ServiceAccountRoleAnnotation}={desired.RoleArn} on the service account '{prometheus.Namespace}/{prometheus.ServiceAccount}', "
        + "new pods, which have the role, and only then the entry: added before, Prometheus refuses to load its configuration and does not survive a restart. "
        + $"The entry for the list: {JsonText.Print(desired.Entry)}");

    /// <summary>Put back as often as we do, and gone again: never a war.</summary>
    public static Failure? OfReverts(PrometheusResource prometheus, DesiredDelivery desired) =>
        RemoteWriteState.Of(prometheus, desired.Entry) == EntryState.Absent && prometheus.Applied >= ManagedNames.MostApplied
            ? Failure.Blocked(
                Causes.Reverted,
                $"CentralAmp applied its remote-write entry to {prometheus} {prometheus.Applied} times, and every time someone removed it.",
                $"Find out who (Helm, Argo CD, Flux, a person) and add the entry at that source, or remove the annotation {ManagedNames.AppliedAnnotation} "
                + $"to let CentralAmp try again; then execute again. The entry: {JsonText.Print(desired.Entry)}")
            : null;

    internal static string Names(IReadOnlyList<string> managers) =>
        managers.Count == 0 ? "an unknown manager" : string.Join(" and ", managers.Select(manager => $"'{manager}'"));

    public static Failure NoCollector(string sentence) => Failure.NotReady(
        Causes.NoCollectorYet,
        $"There is nothing to deliver to: {sentence}.",
        NoCollectorRemedy);
}
