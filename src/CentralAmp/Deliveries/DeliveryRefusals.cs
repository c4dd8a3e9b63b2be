using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries;

/// <summary>Refusals where another owner has the field: the plan returns them, and delivery again if the owner changed meanwhile.</summary>
internal static class DeliveryRefusals
{
    public const string NoCollectorRemedy = "None if it is being set up; otherwise install kube-prometheus-stack, or execute again when it runs.";

    public static Failure? OfIdentity(ServiceAccountResource account, string roleArn) =>
        CollectorIdentity.Of(account, roleArn) != IdentityState.Foreign
            ? null
            : Failure.Blocked(
                Causes.ServiceAccountForeignRole,
                $"The {account} has the role {account.RoleArn}, set by {Names(account.RoleOwners)}; a pod can have only one role.",
                $"Remove the annotation {ManagedNames.ServiceAccountRoleAnnotation} at its source if nothing needs that role, then execute again.");

    public static Failure? OfTakenName(PrometheusResource prometheus, DesiredDelivery desired) =>
        RemoteWriteState.Of(prometheus, desired.Entry) != EntryState.NameTaken
            ? null
            : Failure.Blocked(
                Causes.EntryForeign,
                $"{prometheus} has a remote-write entry named '{ManagedNames.EntryName}' that {Names(prometheus.RemoteWriteOwners)} set, and it differs from the desired one.",
                $"At its source, replace that entry by this, or remove it: {JsonText.Print(desired.Entry)}");

    public static Failure? OfForeignList(PrometheusResource prometheus, DesiredDelivery desired) =>
        RemoteWriteState.Of(prometheus, desired.Entry) != EntryState.Foreign
            ? null
            : ForeignList(prometheus, Names(prometheus.RemoteWriteOwners), desired);

    /// <summary>The list is atomic: the manager that applies it owns all of it, so an operator adds CentralAmp's entry at the source of the list.</summary>
    public static Failure ForeignList(PrometheusResource prometheus, string owner, DesiredDelivery desired) => Failure.Blocked(
        Causes.RemoteWriteForeign,
        $"spec.remoteWrite of {prometheus} belongs to {owner}.",
        // Prometheus resolves credentials when it loads an entry, and refuses the whole configuration without them (prometheus.md, "Failure behaviour").
        $"Tag the cluster {ClusterTags.Delivery}={DeliveryNames.Values}: CentralAmp creates the role, and writes down what to merge. At its source (Helm values, Git) add, "
        + $"in this order, the annotation {ManagedNames.ServiceAccountRoleAnnotation}={desired.RoleArn} on the service account '{prometheus.Namespace}/{prometheus.ServiceAccount}', "
        + "new pods, which have the role, and only then the entry: if the entry comes first, Prometheus refuses to load its configuration and does not survive a restart. "
        + $"The entry for the list: {JsonText.Print(desired.Entry)}");

    /// <summary>Another manager removed the entry as often as CentralAmp applies it; CentralAmp does not apply it again.</summary>
    public static Failure? OfReverts(PrometheusResource prometheus, DesiredDelivery desired) =>
        RemoteWriteState.Of(prometheus, desired.Entry) == EntryState.Absent && prometheus.Applied >= ManagedNames.MostApplied
            ? Failure.Blocked(
                Causes.Reverted,
                $"CentralAmp applied its remote-write entry to {prometheus} {prometheus.Applied} times, and every time another manager removed it.",
                $"Find out which one (Helm, Argo CD, Flux, a person) and add the entry at that source, or remove the annotation {ManagedNames.AppliedAnnotation} "
                + $"to let CentralAmp try again; then execute again. The entry: {JsonText.Print(desired.Entry)}")
            : null;

    internal static string Names(IReadOnlyList<string> managers) =>
        managers.Count == 0 ? "an unknown manager" : string.Join(" and ", managers.Select(manager => $"'{manager}'"));

    public static Failure NoCollector(string sentence) => Failure.NotReady(
        Causes.NoCollectorYet,
        $"There is nothing to deliver to: {sentence}.",
        NoCollectorRemedy);
}
