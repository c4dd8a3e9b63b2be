using CentralAmp.Clusters;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Choice;

/// <summary>The parts of one delivery, each in a file of that name in the folder of the delivery.</summary>
/// <param name="Check">The first finding that prevents the delivery; null if none.</param>
/// <param name="Objects">What it puts into CentralAmp's namespace and must be kept to restore it; empty if its entry suffices.</param>
/// <param name="Restore">Applies an earlier delivery of its kind, with those objects, instead of the planned one.</param>
/// <param name="IsHealthy">Whether it has taken over from the deliveries that it replaces, and works.</param>
internal sealed record DeliveryParts(
    Func<PlanObservation, Failure?> Check,
    Func<PlanObservation, ReplacedDelivery[], PlannedDelivery> Plan,
    Func<DeliveryWork, CancellationToken, Task<AppliedDelivery>> Apply,
    Func<DeliveryWork, IReadOnlyList<ManagedObject>> Objects,
    Func<DeliveryWork, IReadOnlyList<ManagedObject>, CancellationToken, Task<AppliedDelivery>> Restore,
    Func<DeliveryWork, CancellationToken, Task<bool>> IsHealthy,
    Func<DeliveryWork, CancellationToken, Task<Change>> Withdraw);

/// <summary>All deliveries, by their names.</summary>
internal static class DeliveryCatalogue
{
    private static readonly DeliveryParts OfPrometheus = new(
        Prometheus.Check.FirstFinding, Prometheus.Plan.Of, Prometheus.Apply.RunAsync, NoObjects, RestoreEntry, Prometheus.Apply.IsHealthyAsync, Prometheus.Withdraw.RunAsync);

    private static readonly DeliveryParts OfPrometheusAgent = new(
        PrometheusAgent.Check.FirstFinding, PrometheusAgent.Plan.Of, PrometheusAgent.Apply.RunAsync, PrometheusAgent.Apply.Objects, AgentDelivery.ApplyAsync, PrometheusAgent.Apply.IsHealthyAsync, PrometheusAgent.Withdraw.RunAsync);

    private static readonly DeliveryParts OfAgent = new(
        Agent.Check.FirstFinding, Agent.Plan.Of, Agent.Apply.RunAsync, Agent.Apply.Objects, AgentDelivery.ApplyAsync, Agent.Apply.IsHealthyAsync, Agent.Withdraw.RunAsync);

    private static readonly DeliveryParts OfValues = new(
        Values.Check.FirstFinding, Values.Plan.Of, Values.Apply.RunAsync, NoObjects, (work, _, cancellationToken) => Values.Apply.RunAsync(work, cancellationToken), Values.Apply.IsHealthyAsync, Values.Withdraw.RunAsync);

    private static IReadOnlyList<ManagedObject> NoObjects(DeliveryWork work) => [];

    private static Task<AppliedDelivery> RestoreEntry(DeliveryWork work, IReadOnlyList<ManagedObject> objects, CancellationToken cancellationToken) =>
        Prometheus.Apply.RunAsync(work, cancellationToken);

    /// <param name="delivery">One of <see cref="DeliveryNames"/>, never auto.</param>
    public static DeliveryParts Find(string delivery) => delivery switch
    {
        DeliveryNames.Prometheus => OfPrometheus,
        DeliveryNames.PrometheusAgent => OfPrometheusAgent,
        DeliveryNames.Agent => OfAgent,
        DeliveryNames.Values => OfValues,
        _ => throw new ArgumentOutOfRangeException(nameof(delivery), delivery, "Not a delivery that a plan can have."),
    };
}
