using CentralAmp.Kubernetes;
using CentralAmp.Planning;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Delivery;

/// <summary>Takes back what delivery did, until the cluster's collectors are as they were before.</summary>
public sealed partial class WithdrawRemoteWriteStep(IKubernetesClients clusters, HubSettings settings, ILogger<WithdrawRemoteWriteStep> logger)
{
    public async Task<WithdrawRemoteWriteResult> RunAsync(WithdrawRemoteWriteRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = DesiredDelivery.For(request.Cluster, request.Trust, request.Plan, collector, settings);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var work = new DeliveryWork(kubernetes, request.Execution, request.Plan, collector, desired, settings, logger);
        // What it took over from has ended: taken back, nothing would be left that sends. The failure is said all the same.
        var change = await TookOverAsync(work, cancellationToken)
            ? Change.Unchanged
            : request.Plan.Delivery == Deliveries.Prometheus
                ? await PrometheusWithdrawal.RunAsync(work, cancellationToken)
                : await OwnWithdrawal.RunAsync(work, cancellationToken);
        Withdrawn(request.Cluster.Arn, request.Plan.Delivery, collector.Namespace, collector.Name, change);
        return new WithdrawRemoteWriteResult(change);
    }

    private static async Task<bool> TookOverAsync(DeliveryWork work, CancellationToken cancellationToken) =>
        work.Plan.Replaces.Length > 0
        && !await ReplacedDeliveries.AreThereAsync(work, cancellationToken)
        && work.Plan.Delivery switch
        {
            Deliveries.Prometheus => await PrometheusDelivery.IsHealthyAsync(work, cancellationToken),
            // What is written down sends nothing.
            Deliveries.Values => false,
            _ => await OwnAgentDelivery.IsHealthyAsync(work, cancellationToken),
        };

    [LoggerMessage(LogLevel.Information, "{Cluster}: delivery {Delivery} to {Namespace}/{Name} is taken back, {Change}")]
    private partial void Withdrawn(string cluster, string delivery, string @namespace, string name, Change change);
}
