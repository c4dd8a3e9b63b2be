using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Kubernetes;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record WithdrawRemoteWriteRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust);

/// <summary>Nothing of ours is left on the collector; <see cref="Change.Unchanged"/> if there was nothing to take back.</summary>
public sealed record WithdrawRemoteWriteResult(Change Change);

/// <summary>Takes back what delivery did, until the cluster's collectors are as they were before.</summary>
public sealed partial class WithdrawRemoteWriteStep(IKubernetesClients clusters, HubSettings settings, ILogger<WithdrawRemoteWriteStep> logger)
{
    public async Task<WithdrawRemoteWriteResult> RunAsync(WithdrawRemoteWriteRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = request.Plan.DesiredDelivery(request.Cluster, request.Trust.RoleArn, request.Trust.IngestRoleArn, settings);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var work = new DeliveryWork(kubernetes, request.Execution, request.Plan, collector, desired, settings, logger);
        // What it took over from has ended: taken back, nothing would be left that sends. The failure is said all the same.
        var change = await TookOverAsync(work, cancellationToken)
            ? Change.Unchanged
            : await DeliveryCatalogue.Find(request.Plan.Delivery).Withdraw(work, cancellationToken);
        Withdrawn(request.Cluster.Arn, request.Plan.Delivery, collector.Namespace, collector.Name, change);
        return new WithdrawRemoteWriteResult(change);
    }

    private static async Task<bool> TookOverAsync(DeliveryWork work, CancellationToken cancellationToken) =>
        work.Plan.Replaces.Length > 0
        && !await ReplacedDeliveries.AnyExistsAsync(work, cancellationToken)
        && await DeliveryCatalogue.Find(work.Plan.Delivery).IsHealthy(work, cancellationToken);

    [LoggerMessage(LogLevel.Information, "{Cluster}: delivery {Delivery} to {Namespace}/{Name} is taken back, {Change}")]
    private partial void Withdrawn(string cluster, string delivery, string @namespace, string name, Change change);
}
