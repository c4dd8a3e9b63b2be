using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;

namespace CentralAmp.Deliveries.Choice;

/// <summary>Which delivery a cluster gets, and what stands in its way (design.md, "Delivery"). Pure.</summary>
internal static class DeliveryChoice
{
    /// <summary>What keeps us off someone's Prometheus, and not from running an agent beside it.</summary>
    private static readonly HashSet<string> AgentHelps = new(StringComparer.Ordinal)
    {
        Causes.RemoteWriteForeign, Causes.StorageNotPersistent, Causes.ServiceAccountForeignRole, Causes.ServiceAccountPodIdentity,
    };

    /// <returns>One of <see cref="DeliveryNames"/>, never auto; and the first thing that is missing or in the way, if any.</returns>
    public static (string Delivery, Failure? Finding) Of(PlanObservation facts) => AlreadySending.Find(facts) is { } already
        ? (DeliveryNames.Prometheus, already)
        : facts.AskedDelivery == DeliveryNames.Auto ? Auto(facts) : Of(facts, facts.AskedDelivery);

    /// <summary>An agent without an operator needs a node to run on, and one that is there has it; nothing else depends on nodes.</summary>
    public static bool DependsOnNodes(PlanObservation facts) => facts.AskedDelivery switch
    {
        DeliveryNames.Agent => !facts.Own.Has(DeliveryNames.Agent),
        DeliveryNames.Auto => facts.Candidates.Count == 0 && !HasOwnAgent(facts) && IsGraceOver(facts),
        _ => false,
    };

    private static (string Delivery, Failure? Finding) Of(PlanObservation facts, string delivery) => (delivery, DeliveryCatalogue.Find(delivery).Check(facts));

    private static (string Delivery, Failure? Finding) Auto(PlanObservation facts) => Prometheus.Check.FirstFinding(facts) switch
    {
        null => (DeliveryNames.Prometheus, null),
        var finding when facts.Candidates.Count == 0 => WithoutCollector(facts, finding),
        { Kind: FailureKind.Blocked } finding when AgentHelps.Contains(finding.Cause) && facts.Agents is not null => Of(facts, DeliveryNames.PrometheusAgent),
        // Until the other one runs, what we have goes on.
        { Kind: FailureKind.NotReady } when HasOwnAgent(facts) => OfOwnAgent(facts),
        var finding => (DeliveryNames.Prometheus, finding),
    };

    /// <summary>Most new clusters get a Prometheus some minutes after they were made.</summary>
    private static (string Delivery, Failure? Finding) WithoutCollector(PlanObservation facts, Failure finding) => facts switch
    {
        _ when HasOwnAgent(facts) => OfOwnAgent(facts),
        _ when !IsGraceOver(facts) => (DeliveryNames.Prometheus, finding),
        // Someone's resources show that an operator is at work; its CRDs alone do not.
        { Agents: not null } when facts.OtherAgents.Any() || facts.Prometheuses is [_, ..] => Of(facts, DeliveryNames.PrometheusAgent),
        _ => Of(facts, DeliveryNames.Agent),
    };

    private static (string Delivery, Failure? Finding) OfOwnAgent(PlanObservation facts) => facts.Own.Has(DeliveryNames.PrometheusAgent) && facts.Agents is not null
        ? Of(facts, DeliveryNames.PrometheusAgent)
        : Of(facts, DeliveryNames.Agent);

    private static bool HasOwnAgent(PlanObservation facts) => facts.Own.Has(DeliveryNames.Agent) || facts.Own.Has(DeliveryNames.PrometheusAgent);

    private static bool IsGraceOver(PlanObservation facts) => facts.Waited >= facts.Settings.AgentGrace;
}
