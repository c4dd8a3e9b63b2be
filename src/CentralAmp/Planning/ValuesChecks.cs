using CentralAmp.Delivery;
using CentralAmp.Failures;

namespace CentralAmp.Planning;

/// <summary>What must hold before delivery <c>values</c> is planned: that it is known for which collector they are.</summary>
internal static class ValuesChecks
{
    private static readonly Func<PlanFacts, Failure?>[] InOrder =
    [
        CollectorChecks.ThereIsACollector,
        CollectorChecks.ThereIsOnlyOne,
        CollectorChecks.ItCanBeRead,
        CollectorChecks.ItHasItsServiceAccount,
        CollectorChecks.TheServiceAccountHasNoForeignRole,
        CollectorChecks.TheServiceAccountHasNoPodIdentity,
        AgentChecks.OurNamespaceIsUsable,
        facts => AgentChecks.WhatIsThereIsOurs(facts, Deliveries.Values),
    ];

    public static Failure? FirstFinding(PlanFacts facts) => InOrder.Select(check => check(facts)).FirstOrDefault(finding => finding is not null);
}
