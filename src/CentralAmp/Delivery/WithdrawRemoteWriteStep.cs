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
        var change = request.Plan.Delivery == Deliveries.Prometheus
            ? await PrometheusWithdrawal.RunAsync(work, cancellationToken)
            : await OwnWithdrawal.RunAsync(work, cancellationToken);
        Withdrawn(request.Cluster.Arn, request.Plan.Delivery, collector.Namespace, collector.Name, change);
        return new WithdrawRemoteWriteResult(change);
    }

    [LoggerMessage(LogLevel.Information, "{Cluster}: delivery {Delivery} to {Namespace}/{Name} is taken back, {Change}")]
    private partial void Withdrawn(string cluster, string delivery, string @namespace, string name, Change change);
}
