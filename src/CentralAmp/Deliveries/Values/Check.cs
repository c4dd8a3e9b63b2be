using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Values;

/// <summary>What must hold before delivery <c>values</c> is planned: the collector must be known.</summary>
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
        observation => ManagedChecks.ObjectsAreManaged(observation, DeliveryNames.Values),
    ];

    public static Failure? FirstFinding(PlanObservation observation) => InOrder.Select(check => check(observation)).FirstOrDefault(finding => finding is not null);
}
