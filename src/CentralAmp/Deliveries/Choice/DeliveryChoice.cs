using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;

namespace CentralAmp.Deliveries.Choice;

/// <summary>Decides which delivery a cluster gets, or what prevents it (design.md, "Delivery"). Pure.</summary>
internal static class DeliveryChoice
{
    /// <summary>Causes that prevent a change of the cluster's Prometheus, but not CentralAmp's agent beside it.</summary>
    private static readonly HashSet<string> AgentHelps = new(StringComparer.Ordinal)
    {
        Causes.RemoteWriteForeign, Causes.StorageNotPersistent, Causes.ServiceAccountForeignRole, Causes.ServiceAccountPodIdentity,
    };

    /// <returns>One of <see cref="DeliveryNames"/>, never auto; and the first finding that prevents it, if any.</returns>
    public static (string Delivery, Failure? Finding) Of(PlanObservation observation) => AlreadySending.Find(observation) is { } already
        ? (DeliveryNames.Prometheus, already)
        : observation.AskedDelivery == DeliveryNames.Auto ? Auto(observation) : Of(observation, observation.AskedDelivery);

    /// <summary>Only a new agent without an operator needs a Ready node.</summary>
    public static bool DependsOnNodes(PlanObservation observation) => observation.AskedDelivery switch
    {
        DeliveryNames.Agent => !observation.HasManaged(DeliveryNames.Agent),
        DeliveryNames.Auto => observation is { Candidates.Count: 0, Described.Options.Collector: null } && !HasManagedAgent(observation) && IsGraceOver(observation),
        _ => false,
    };

    private static (string Delivery, Failure? Finding) Of(PlanObservation observation, string delivery) => (delivery, DeliveryCatalogue.Find(delivery).Check(observation));

    private static (string Delivery, Failure? Finding) Auto(PlanObservation observation) => Prometheus.Check.FirstFinding(observation) switch
    {
        null => (DeliveryNames.Prometheus, null),
        // A tag that names a resource asks for no agent: it may have a typing error, or be early.
        var finding when observation.Candidates.Count == 0 && observation.Described.Options.Collector is null => WithoutCollector(observation, finding),
        { Kind: FailureKind.Blocked } finding when AgentHelps.Contains(finding.Cause) && observation.Agents is not null => Of(observation, DeliveryNames.PrometheusAgent),
        // CentralAmp's agent continues until the Prometheus runs.
        { Kind: FailureKind.NotReady } when HasManagedAgent(observation) => OfManagedAgent(observation),
        var finding => (DeliveryNames.Prometheus, finding),
    };

    /// <summary>Most new clusters get a Prometheus some minutes after their creation.</summary>
    private static (string Delivery, Failure? Finding) WithoutCollector(PlanObservation observation, Failure finding) => observation switch
    {
        _ when HasManagedAgent(observation) => OfManagedAgent(observation),
        _ when !IsGraceOver(observation) => (DeliveryNames.Prometheus, finding),
        // Resources of another owner show that an operator runs; its CRDs alone do not.
        { Agents: not null } when observation.OtherAgents.Any() || observation.Prometheuses is [_, ..] => Of(observation, DeliveryNames.PrometheusAgent),
        _ => Of(observation, DeliveryNames.Agent),
    };

    private static (string Delivery, Failure? Finding) OfManagedAgent(PlanObservation observation) => observation.HasManaged(DeliveryNames.PrometheusAgent) && observation.Agents is not null
        ? Of(observation, DeliveryNames.PrometheusAgent)
        : Of(observation, DeliveryNames.Agent);

    private static bool HasManagedAgent(PlanObservation observation) => observation.HasManaged(DeliveryNames.Agent) || observation.HasManaged(DeliveryNames.PrometheusAgent);

    private static bool IsGraceOver(PlanObservation observation) => observation.Waited >= observation.Settings.AgentGrace;
}
