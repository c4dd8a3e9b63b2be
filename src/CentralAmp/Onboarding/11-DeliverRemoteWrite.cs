using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Kubernetes;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record DeliverRemoteWriteRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust);

/// <summary>The collector is healthy with our entry.</summary>
/// <param name="DeliveredAt">From when on samples can only be of this delivery: it was seen loaded, and what it replaced has ended. Absent if nothing had to be done.</param>
/// <param name="Waits">Not healthy yet, and not ours to make it so: people have to merge what was written down. The road parks.</param>
public sealed record DeliverRemoteWriteResult(Change Change, DateTimeOffset? DeliveredAt = null, bool Waits = false);

/// <summary>Leads the planned delivery on until its collector is healthy; then what it replaces ends.</summary>
public sealed partial class DeliverRemoteWriteStep(
    IKubernetesClients clusters, HubSettings settings, TimeProvider time, ILogger<DeliverRemoteWriteStep> logger)
{
    public async Task<DeliverRemoteWriteResult> RunAsync(DeliverRemoteWriteRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = request.Plan.DesiredDelivery(request.Cluster, request.Trust.RoleArn, request.Trust.IngestRoleArn, settings);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var work = new DeliveryWork(kubernetes, request.Execution, request.Plan, collector, desired, settings, logger);

        var (change, waits) = await DeliveryCatalogue.Find(request.Plan.Delivery).Apply(work, cancellationToken);
        // Right away, so that both send for seconds only. What people have not merged yet replaces no agent of ours.
        var ended = await ReplacedDeliveries.EndAsync(work, withAgents: !waits, cancellationToken);
        change = change == Change.Unchanged && ended ? Change.Updated : change;
        Delivered(request.Cluster.Arn, request.Plan.Delivery, collector.Namespace, collector.Name, change, waits);
        if (change == Change.Unchanged || waits)
        {
            return new(change, Waits: waits);
        }

        // Samples of the old one would prove nothing of the new one.
        return new(change, time.GetUtcNow() + await ReplacedSenders.WaitAsync(work, cancellationToken));
    }

    [LoggerMessage(LogLevel.Information, "{Cluster}: delivery {Delivery} to {Namespace}/{Name}, {Change}, waits for people: {Waits}")]
    private partial void Delivered(string cluster, string delivery, string @namespace, string name, Change change, bool waits);
}
