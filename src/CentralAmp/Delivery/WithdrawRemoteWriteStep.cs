using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Planning;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Delivery;

/// <summary>Takes back what delivery did, in the reverse order, until the collector is as it was before.</summary>
public sealed partial class WithdrawRemoteWriteStep(IKubernetesClients clusters, HubSettings settings, ILogger<WithdrawRemoteWriteStep> logger)
{
    /// <summary>Four steps, and as many looks that came too late.</summary>
    private const int MostRounds = 8;

    public async Task<WithdrawRemoteWriteResult> RunAsync(WithdrawRemoteWriteRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = DesiredDelivery.For(request.Cluster, request.Trust, request.Plan, collector, settings);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var writer = new CollectorWriter(kubernetes, desired);
        var change = Change.Unchanged;
        for (var round = 0; round < MostRounds; round++)
        {
            var observed = await DeliveryGatherer.GatherAsync(kubernetes, collector, desired.Entry, cancellationToken);
            var action = WithdrawalDecider.Decide(observed, collector, desired);
            if (action.Step == WithdrawalStep.Stop)
            {
                throw action.Failure!.ToException();
            }

            if (action.Step == WithdrawalStep.Done)
            {
                return new WithdrawRemoteWriteResult(change);
            }

            if (await ActAsync(action.Step, observed, writer, cancellationToken))
            {
                Acted(action.Step, collector.Namespace, collector.Name);
                change = Change.Updated;
            }
        }

        throw new NotReadyException(
            Causes.KubernetesConflict,
            $"Prometheus '{collector.Namespace}/{collector.Name}' changes faster than it can be written.",
            "None if it passes; else see what keeps changing it.");
    }

    private static Task<bool> ActAsync(WithdrawalStep step, ObservedDelivery observed, CollectorWriter writer, CancellationToken cancellationToken) => step switch
    {
        WithdrawalStep.RemoveEntry => writer.ApplyAsync(observed.Prometheus!, CollectorPatches.RemoveEntry(observed.Prometheus!), cancellationToken),
        WithdrawalStep.RemoveServiceAccountRole => writer.ApplyAsync(
            observed.ServiceAccount!, CollectorPatches.ServiceAccount(observed.ServiceAccount!, roleArn: null), cancellationToken),
        WithdrawalStep.RemovePodsRole => writer.ApplyAsync(observed.Prometheus!, CollectorPatches.RemovePodsRole(observed.Prometheus!), cancellationToken),
        WithdrawalStep.RemoveMark => writer.ApplyAsync(observed.Prometheus!, CollectorPatches.RemoveMark(observed.Prometheus!), cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a write."),
    };

    [LoggerMessage(LogLevel.Information, "{Step} of {Namespace}/{Name}")]
    private partial void Acted(WithdrawalStep step, string @namespace, string name);
}
