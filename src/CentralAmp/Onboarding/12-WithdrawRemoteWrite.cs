using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record WithdrawRemoteWriteRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust);

/// <summary>The collector carries no managed configuration; <see cref="Change.Unchanged"/> if there was nothing to withdraw.</summary>
public sealed record WithdrawRemoteWriteResult(Change Change);

/// <summary>Withdraws the delivery until the cluster's collectors are as they were before it.</summary>
public sealed partial class WithdrawRemoteWriteStep(
    IKubernetesClients clusters, ClusterRegistry registry, HubSettings settings, ILogger<WithdrawRemoteWriteStep> logger)
{
    public async Task<WithdrawRemoteWriteResult> RunAsync(WithdrawRemoteWriteRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = request.Plan.DesiredDelivery(request.Cluster, request.Trust.RoleArn, request.Trust.IngestRoleArn, settings);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        await registry.RequireClaimAsync(request.Cluster, request.Described.CreatedAt, request.Execution, cancellationToken);
        var work = new DeliveryWork(kubernetes, request.Execution, request.Plan, collector, desired, settings, logger);
        // If the replaced delivery has ended, a withdrawal would leave no sender. The outcome reports the failure nevertheless.
        var change = await IsOnlySenderAsync(work, cancellationToken)
            ? Change.Unchanged
            : await DeliveryCatalogue.Find(request.Plan.Delivery).Withdraw(work, cancellationToken);
        Withdrawn(request.Cluster.Arn, request.Plan.Delivery, collector.Namespace, collector.Name, change);
        return new WithdrawRemoteWriteResult(change);
    }

    private static async Task<bool> IsOnlySenderAsync(DeliveryWork work, CancellationToken cancellationToken) =>
        work.Plan.Replaces.Length > 0
        && !await ReplacedDeliveries.AnyExistsAsync(work, cancellationToken)
        && await DeliveryCatalogue.Find(work.Plan.Delivery).IsHealthy(work, cancellationToken);

    [LoggerMessage(LogLevel.Information, "{Cluster}: withdrew delivery {Delivery} from {Namespace}/{Name}, {Change}")]
    private partial void Withdrawn(string cluster, string delivery, string @namespace, string name, Change change);
}
