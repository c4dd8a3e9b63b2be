using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record DeliverRemoteWriteRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust);

/// <summary>The collector is healthy with CentralAmp's remote-write entry, or waits for an operator.</summary>
/// <param name="DeliveredAt">From this time on, every sample comes from this delivery: the collector has loaded it and the replaced delivery has ended. Absent if nothing changed.</param>
/// <param name="Waits">Not healthy yet: an operator must merge the values that CentralAmp wrote down. The execution parks.</param>
public sealed record DeliverRemoteWriteResult(Change Change, DateTimeOffset? DeliveredAt = null, bool Waits = false)
{
    /// <summary>Uid of CentralAmp's namespace, if the delivery uses it.</summary>
    public string? NamespaceUid { get; init; }
}

/// <summary>Applies the planned delivery until its collector is healthy; then ends the delivery that it replaces.</summary>
public sealed partial class DeliverRemoteWriteStep(
    IKubernetesClients clusters, ClusterRegistry registry, HubSettings settings, TimeProvider time, ILogger<DeliverRemoteWriteStep> logger)
{
    public async Task<DeliverRemoteWriteResult> RunAsync(DeliverRemoteWriteRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = request.Plan.DesiredDelivery(request.Cluster, request.Trust.RoleArn, request.Trust.IngestRoleArn, settings);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        if (request.Plan.Change != Change.Unchanged)
        {
            await AnnounceAsync(request, cancellationToken);
        }

        Task RequireClaimAsync(CancellationToken token) => registry.RequireClaimAsync(request.Cluster, request.Described.CreatedAt, request.Execution, token);
        var work = new DeliveryWork(kubernetes, request.Execution, request.Plan, collector, desired, settings, logger, RequireClaimAsync);

        var (change, waits, namespaceUid) = await DeliveryCatalogue.Find(request.Plan.Delivery).Apply(work, cancellationToken);
        // At once, so that both send for seconds only. Values that no operator has merged yet do not replace a managed agent.
        var ended = await ReplacedDeliveries.EndAsync(work, withAgents: !waits, cancellationToken);
        change = change == Change.Unchanged && ended ? Change.Updated : change;
        Delivered(request.Cluster.Arn, request.Plan.Delivery, collector.Namespace, collector.Name, change, waits);
        if (change == Change.Unchanged || waits)
        {
            return new(change, Waits: waits) { NamespaceUid = namespaceUid };
        }

        await registry.FinishDeliveryAsync(
            request.Cluster, request.Described.CreatedAt, HealthyDeliveries.Of(work)?.ToString(), request.Execution, cancellationToken);

        // Samples of the replaced delivery would prove nothing about the new one.
        return new(change, time.GetUtcNow() + await ReplacedSenders.WaitAsync(work, cancellationToken)) { NamespaceUid = namespaceUid };
    }

    /// <summary>
    /// Before anything changes: if this execution dies, the next one finishes the delivery or withdraws it. Values wait for an operator, and change nothing
    /// until then.
    /// </summary>
    private Task AnnounceAsync(DeliverRemoteWriteRequest request, CancellationToken cancellationToken) => request.Plan.Delivery == DeliveryNames.Values
        ? registry.RequireClaimAsync(request.Cluster, request.Described.CreatedAt, request.Execution, cancellationToken)
        : registry.AnnounceAsync(
            request.Cluster,
            request.Described.CreatedAt,
            new FactsUpdate { Unfinished = $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {request.Execution.Id}" },
            request.Execution,
            cancellationToken);

    [LoggerMessage(LogLevel.Information, "{Cluster}: delivery {Delivery} to {Namespace}/{Name}, {Change}, waits for an operator: {Waits}")]
    private partial void Delivered(string cluster, string delivery, string @namespace, string name, Change change, bool waits);
}
