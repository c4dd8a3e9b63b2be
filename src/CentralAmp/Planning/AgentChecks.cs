using CentralAmp.Access;
using CentralAmp.Delivery;
using CentralAmp.Delivery.Agents;
using CentralAmp.Failures;

namespace CentralAmp.Planning;

/// <summary>What must hold before an agent of ours is planned. NotReady parks the road, Blocked ends it.</summary>
internal static class AgentChecks
{
    public static Failure? OfPrometheusAgent(PlanFacts facts) =>
        ThereIsAnOperatorWithAgents(facts) ?? OurNamespaceIsUsable(facts) ?? WhatIsThereIsOurs(facts, Deliveries.PrometheusAgent);

    public static Failure? OfAgent(PlanFacts facts) =>
        ThereIsANode(facts) ?? OurNamespaceIsUsable(facts) ?? WhatIsThereIsOurs(facts, Deliveries.Agent);

    public static Failure? OurNamespaceIsUsable(PlanFacts facts) => facts.Own.Namespace switch
    {
        NamespaceStanding.Terminating => Decisions.NotReady(
            Causes.NamespaceTerminating,
            $"The namespace '{AgentNames.Namespace}' of {facts.Cluster} is being deleted.",
            "None if it goes; a namespace that stays Terminating has a finalizer that nobody serves: see its status."),
        NamespaceStanding.Foreign => Foreign(facts, $"namespace '{AgentNames.Namespace}'"),
        _ => null,
    };

    /// <summary>What has the names of our objects has our label, too.</summary>
    public static Failure? WhatIsThereIsOurs(PlanFacts facts, string delivery)
    {
        var foreign = OwnObject.PathsOf(delivery).Select(facts.Own.Find).FirstOrDefault(found => found is not null && !RbacComparison.IsOurs(found));
        return foreign is not null
            ? Foreign(facts, $"{foreign["kind"]?.ToString() ?? "object"} '{AgentNames.Namespace}/{foreign["metadata"]?["name"]}'")
            : null;
    }

    private static Failure? ThereIsAnOperatorWithAgents(PlanFacts facts) => facts switch
    {
        { Agents: not null } => null,
        { Prometheuses: null } => CollectorChecks.NoCollector($"{facts.Cluster} has no Prometheus operator yet"),
        _ => Decisions.Blocked(
            Causes.DeliveryNotPossible,
            $"{facts.Cluster} is to get delivery '{Deliveries.PrometheusAgent}', but its operator knows no PrometheusAgent (monitoring.coreos.com/v1alpha1).",
            "Update the Prometheus operator and its CRDs (0.64 or newer), or ask for another delivery by the tag central-amp:delivery, then execute again."),
    };

    /// <summary>Asked only where it matters: what runs already goes on.</summary>
    private static Failure? ThereIsANode(PlanFacts facts) => facts.ReadyNodes is 0 && !facts.Own.Has(Deliveries.Agent)
        ? CollectorChecks.NoCollector($"{facts.Cluster} has neither a Prometheus resource nor a node that is Ready")
        : null;

    private static Failure Foreign(PlanFacts facts, string what) => Decisions.Blocked(
        Causes.KubernetesConflict,
        $"There is a {what} in {facts.Cluster} that CentralAmp did not make.",
        $"Remove it, or give it the label {RbacManifests.ManagedByLabel}={RbacManifests.ManagedBy} if CentralAmp may have it, then execute again.");
}
