using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>The next step of a withdrawal.</summary>
public enum WithdrawalStep
{
    RemoveEntry,
    RemoveServiceAccountRole,
    RemovePodsRole,

    /// <summary>The last step: until then an interrupted withdrawal can be recognized.</summary>
    RemoveMark,
    Done,
    Stop,
}

/// <param name="Failure">Set with <see cref="WithdrawalStep.Stop"/>.</param>
public sealed record WithdrawalAction(WithdrawalStep Step, Failure? Failure = null);

/// <summary>
/// The safe order in reverse: the entry, confirmed absent from the running configuration; then the role. The service account comes before the
/// pods, because rolled pods would get the role again.
/// </summary>
internal static class WithdrawalDecider
{
    public static WithdrawalAction Decide(ObservedDelivery observed, Collector collector, DesiredDelivery desired)
    {
        if (!DeliveryDecider.IsPlanned(observed, collector))
        {
            return OfServiceAccount(observed) ?? Done;
        }

        var prometheus = observed.Prometheus!;
        if (prometheus.RemoteWriteOwners.Contains(ManagedNames.FieldManager))
        {
            return new WithdrawalAction(WithdrawalStep.RemoveEntry);
        }

        if (RemoteWriteState.Of(prometheus, desired.Entry) == EntryState.AddedAtSource)
        {
            // Another manager added the entry at its source: without the role it would stop the collector.
            return Done;
        }

        if (prometheus.PodsRoleIsManaged && CollectorHealth.OfReload(observed, collector, withEntry: false) is { } stillThere)
        {
            return new WithdrawalAction(WithdrawalStep.Stop, stillThere);
        }

        return OfServiceAccount(observed) ?? (prometheus.PodsRoleIsManaged ? new WithdrawalAction(WithdrawalStep.RemovePodsRole) : OfMark(observed, collector));
    }

    private static WithdrawalAction? OfServiceAccount(ObservedDelivery observed) =>
        observed.ServiceAccount is { RoleIsManaged: true } ? new WithdrawalAction(WithdrawalStep.RemoveServiceAccountRole) : null;

    private static WithdrawalAction OfMark(ObservedDelivery observed, Collector collector)
    {
        if (observed.Prometheus!.Applied is null)
        {
            return Done;
        }

        return CollectorHealth.Rollout(observed, collector, roleArn: "") is { } rolling
            ? new WithdrawalAction(WithdrawalStep.Stop, rolling)
            : new WithdrawalAction(WithdrawalStep.RemoveMark);
    }

    private static WithdrawalAction Done => new(WithdrawalStep.Done);
}
