using CentralAmp.Kubernetes;
using CentralAmp.Planning;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Delivery;

/// <summary>Leads the planned delivery on until its collector is healthy; then what it replaces ends.</summary>
public sealed partial class DeliverRemoteWriteStep(
    IKubernetesClients clusters, HubSettings settings, TimeProvider time, ILogger<DeliverRemoteWriteStep> logger)
{
    public async Task<DeliverRemoteWriteResult> RunAsync(DeliverRemoteWriteRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = DesiredDelivery.For(request.Cluster, request.Trust, request.Plan, collector, settings);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var work = new DeliveryWork(kubernetes, request.Execution, request.Plan, collector, desired, settings, logger);

        var (change, waits) = request.Plan.Delivery switch
        {
            Deliveries.Prometheus => (await PrometheusDelivery.RunAsync(work, cancellationToken), false),
            Deliveries.Values => await ValuesDelivery.RunAsync(work, cancellationToken),
            _ => (await OwnAgentDelivery.RunAsync(work, cancellationToken), false),
        };
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
