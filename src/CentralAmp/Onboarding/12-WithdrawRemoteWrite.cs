using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="Restores">The last delivery that was healthy comes back, if there is one. False in offboardings.</param>
public sealed record WithdrawRemoteWriteRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust, bool Restores = false);

/// <summary>The collector carries no managed configuration, or the last healthy one; <see cref="Change.Unchanged"/> if there was nothing to withdraw.</summary>
/// <param name="Restored">The collector has the delivery that was healthy before this one, and works.</param>
public sealed record WithdrawRemoteWriteResult(Change Change, bool Restored = false);

/// <summary>Withdraws the delivery until the cluster's collectors are as they were before it.</summary>
public sealed partial class WithdrawRemoteWriteStep(
    IKubernetesClients clusters, ClusterRegistry registry, HubSettings settings, ILogger<WithdrawRemoteWriteStep> logger)
{
    public async Task<WithdrawRemoteWriteResult> RunAsync(WithdrawRemoteWriteRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = request.Plan.DesiredDelivery(request.Cluster, request.Trust.RoleArn, request.Trust.IngestRoleArn, settings);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        Task RequireClaimAsync(CancellationToken token) => registry.RequireClaimAsync(request.Cluster, request.Described.CreatedAt, request.Execution, token);
        var work = new DeliveryWork(kubernetes, request.Execution, request.Plan, collector, desired, settings, logger, RequireClaimAsync);
        var (change, healthy) = await WithdrawAsync(work, await LastHealthyAsync(request, work, cancellationToken), cancellationToken);
        await registry.FinishDeliveryAsync(request.Cluster, request.Described.CreatedAt, healthy?.ToString(), request.Execution, cancellationToken);
        Withdrawn(request.Cluster.Arn, request.Plan.Delivery, collector.Namespace, collector.Name, change);
        return new WithdrawRemoteWriteResult(change, Restored: healthy is not null && change != Change.Unchanged);
    }

    /// <returns>The delivery that is healthy afterwards; null if none is.</returns>
    private static async Task<(Change Change, HealthyDelivery? Healthy)> WithdrawAsync(
        DeliveryWork work, HealthyDelivery? last, CancellationToken cancellationToken)
    {
        // If the replaced delivery has ended, a withdrawal would leave no sender. The outcome reports the failure nevertheless.
        if (await IsOnlySenderAsync(work, cancellationToken))
        {
            return (Change.Unchanged, HealthyDeliveries.Of(work));
        }

        var delivery = DeliveryCatalogue.Find(work.Plan.Delivery);
        return last is null
            ? (await delivery.Withdraw(work, cancellationToken), null)
            : ((await delivery.Restore(work with { Desired = last.Desired }, HealthyDeliveries.ObjectsOf(last, work), cancellationToken)).Change, last);
    }

    private async Task<HealthyDelivery?> LastHealthyAsync(WithdrawRemoteWriteRequest request, DeliveryWork work, CancellationToken cancellationToken) =>
        request.Restores
        && HealthyDelivery.Parse((await registry.FindAsync(request.Cluster.Arn, request.Described.CreatedAt, cancellationToken))?.Facts.Healthy) is { } last
        && HealthyDeliveries.CanReplace(last, work, request.Trust.PreviousWorkspaceArn)
            ? last
            : null;

    private static async Task<bool> IsOnlySenderAsync(DeliveryWork work, CancellationToken cancellationToken) =>
        work.Plan.Replaces.Length > 0
        && !await ReplacedDeliveries.AnyExistsAsync(work, cancellationToken)
        && await DeliveryCatalogue.Find(work.Plan.Delivery).IsHealthy(work, cancellationToken);

    [LoggerMessage(LogLevel.Information, "{Cluster}: withdrew delivery {Delivery} from {Namespace}/{Name}, {Change}")]
    private partial void Withdrawn(string cluster, string delivery, string @namespace, string name, Change change);
}
