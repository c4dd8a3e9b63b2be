using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Values;

/// <summary>What must hold before delivery <c>values</c> is planned: that it is known for which collector they are.</summary>
internal static class Check
{
    private static readonly Func<PlanObservation, Failure?>[] InOrder =
    [
        Prometheus.Check.ThereIsACollector,
        Prometheus.Check.ThereIsOnlyOne,
        Prometheus.Check.ItCanBeRead,
        Prometheus.Check.ItHasItsServiceAccount,
        Prometheus.Check.TheServiceAccountHasNoForeignRole,
        Prometheus.Check.TheServiceAccountHasNoPodIdentity,
        ManagedChecks.NamespaceIsUsable,
        facts => ManagedChecks.ObjectsAreManaged(facts, DeliveryNames.Values),
    ];

    public static Failure? FirstFinding(PlanObservation facts) => InOrder.Select(check => check(facts)).FirstOrDefault(finding => finding is not null);
}
