using CentralAmp.Delivery;
using CentralAmp.Failures;

namespace CentralAmp.Planning;

/// <summary>Which delivery a cluster gets, and what stands in its way (design.md, "Delivery"). Pure.</summary>
internal static class DeliveryChoice
{
    /// <summary>What keeps us off someone's Prometheus, and not from running an agent beside it.</summary>
    private static readonly HashSet<string> AgentHelps = new(StringComparer.Ordinal)
    {
        Causes.RemoteWriteForeign, Causes.StorageNotPersistent, Causes.ServiceAccountForeignRole, Causes.ServiceAccountPodIdentity,
    };

    /// <returns>One of <see cref="Deliveries"/>, never auto; and the first thing that is missing or in the way, if any.</returns>
    public static (string Delivery, Failure? Finding) Of(PlanFacts facts) => AlreadySending.Find(facts) is { } already
        ? (Deliveries.Prometheus, already)
        : facts.AskedDelivery switch
        {
            Deliveries.Values => (Deliveries.Values, ValuesChecks.FirstFinding(facts)),
            Deliveries.Prometheus => (Deliveries.Prometheus, CollectorChecks.FirstFinding(facts)),
            Deliveries.PrometheusAgent => (Deliveries.PrometheusAgent, AgentChecks.OfPrometheusAgent(facts)),
            Deliveries.Agent => (Deliveries.Agent, AgentChecks.OfAgent(facts)),
            _ => Auto(facts),
        };

    /// <summary>An agent without an operator needs a node to run on, and one that is there has it; nothing else depends on nodes.</summary>
    public static bool HangsOnNodes(PlanFacts facts) => facts.AskedDelivery switch
    {
        Deliveries.Agent => !facts.Own.Has(Deliveries.Agent),
        Deliveries.Auto => facts.Candidates.Count == 0 && !HasOwnAgent(facts) && IsGraceOver(facts),
        _ => false,
    };

    private static (string Delivery, Failure? Finding) Auto(PlanFacts facts) => CollectorChecks.FirstFinding(facts) switch
    {
        null => (Deliveries.Prometheus, null),
        var finding when facts.Candidates.Count == 0 => WithoutCollector(facts, finding),
        { Kind: FailureKind.Blocked } finding when AgentHelps.Contains(finding.Cause) && facts.Agents is not null => OfPrometheusAgent(facts),
        // Until the other one runs, what we have goes on.
        { Kind: FailureKind.NotReady } when HasOwnAgent(facts) => OfOwnAgent(facts),
        var finding => (Deliveries.Prometheus, finding),
    };

    /// <summary>Most new clusters get a Prometheus some minutes after they were made.</summary>
    private static (string Delivery, Failure? Finding) WithoutCollector(PlanFacts facts, Failure finding) => facts switch
    {
        _ when HasOwnAgent(facts) => OfOwnAgent(facts),
        _ when !IsGraceOver(facts) => (Deliveries.Prometheus, finding),
        // Someone's resources show that an operator is at work; its CRDs alone do not.
        { Agents: not null } when facts.OtherAgents.Any() || facts.Prometheuses is [_, ..] => OfPrometheusAgent(facts),
        _ => (Deliveries.Agent, AgentChecks.OfAgent(facts)),
    };

    private static (string Delivery, Failure? Finding) OfOwnAgent(PlanFacts facts) => facts.Own.Has(Deliveries.PrometheusAgent) && facts.Agents is not null
        ? OfPrometheusAgent(facts)
        : (Deliveries.Agent, AgentChecks.OfAgent(facts));

    private static (string Delivery, Failure? Finding) OfPrometheusAgent(PlanFacts facts) =>
        (Deliveries.PrometheusAgent, AgentChecks.OfPrometheusAgent(facts));

    private static bool HasOwnAgent(PlanFacts facts) => facts.Own.Has(Deliveries.Agent) || facts.Own.Has(Deliveries.PrometheusAgent);

    private static bool IsGraceOver(PlanFacts facts) => facts.Waited >= facts.Settings.AgentGrace;
}
