using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>The next step; one at a time, because each is safe only after the one before.</summary>
public enum DeliveryStep
{
    AnnotateServiceAccount,
    AnnotatePods,
    ApplyEntry,
    Done,

    /// <summary>Wait or end, by the kind of the failure.</summary>
    Stop,
}

/// <param name="Failure">Set with <see cref="DeliveryStep.Stop"/>.</param>
public sealed record DeliveryAction(DeliveryStep Step, Failure? Failure = null);

/// <summary>
/// The safe order. Prometheus resolves its credentials when it loads a configuration: an entry that arrives before the role
/// stops it (prometheus.md, "Failure behaviour"). So: service account, pods, and only when every pod has the role, the entry.
/// </summary>
internal static class DeliveryDecider
{
    public static DeliveryAction Decide(ObservedDelivery observed, Collector collector, DesiredDelivery desired)
    {
        if (Refusal(observed, collector, desired) is { } refusal)
        {
            return Stop(refusal);
        }

        var (prometheus, account) = (observed.Prometheus!, observed.ServiceAccount!);
        if (CollectorIdentity.Of(account, desired.RoleArn) != IdentityState.Current)
        {
            return new DeliveryAction(DeliveryStep.AnnotateServiceAccount);
        }

        if (!CollectorIdentity.OfPodsIs(prometheus, desired.RoleArn))
        {
            return new DeliveryAction(DeliveryStep.AnnotatePods);
        }

        if (CollectorHealth.OfPods(observed, collector, desired.RoleArn) is { } notYet)
        {
            return Stop(notYet);
        }

        if (RemoteWriteState.Of(prometheus, desired.Entry) is EntryState.Absent or EntryState.Outdated)
        {
            return new DeliveryAction(DeliveryStep.ApplyEntry);
        }

        return CollectorHealth.OfReload(observed, collector, withEntry: true) is { } notLoaded ? Stop(notLoaded) : new DeliveryAction(DeliveryStep.Done);
    }

    private static Failure? Refusal(ObservedDelivery observed, Collector collector, DesiredDelivery desired) => observed switch
    {
        _ when !IsPlanned(observed, collector) => Failure.Blocked(
            Causes.KubernetesConflict,
            $"Prometheus '{collector.Namespace}/{collector.Name}' was deleted or recreated after it was planned.",
            "Execute again, which plans anew."),
        { Prometheus.Malformed: { } wrong } => Failure.Blocked(
            Causes.CollectorMalformed, $"{observed.Prometheus} cannot be read: {wrong}.", "Correct the field at its source, then execute again."),
        { ServiceAccount: null } => Failure.NotReady(
            Causes.NotReconciled,
            $"The service account '{collector.Namespace}/{collector.ServiceAccount}' does not exist.",
            "None if it is created again; otherwise restore it, then execute again."),
        _ => DeliveryRefusals.OfIdentity(observed.ServiceAccount, desired.RoleArn)
            ?? DeliveryRefusals.OfTakenName(observed.Prometheus!, desired)
            ?? DeliveryRefusals.OfForeignList(observed.Prometheus!, desired)
            ?? DeliveryRefusals.OfReverts(observed.Prometheus!, desired),
    };

    public static bool IsPlanned(ObservedDelivery observed, Collector collector) => observed.Prometheus is { } prometheus && prometheus.Uid == collector.Uid;

    private static DeliveryAction Stop(Failure failure) => new(DeliveryStep.Stop, failure);
}
