using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Planning;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Delivery;

/// <summary>Delivery <c>prometheus</c>: leads the collector on, one safe step after the other, until it is healthy with our entry.</summary>
public sealed partial class DeliverRemoteWriteStep(
    IKubernetesClients clusters, HubSettings settings, TimeProvider time, ILogger<DeliverRemoteWriteStep> logger)
{
    /// <summary>Three steps, and as many looks that came too late.</summary>
    private const int MostRounds = 6;

    public async Task<DeliverRemoteWriteResult> RunAsync(DeliverRemoteWriteRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = DesiredDelivery.For(request.Cluster, request.Trust, request.Plan, collector, settings);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var writer = new CollectorWriter(kubernetes, desired);

        // The waits between steps are retries of the state machine, each in a process of its own: what this execution did is in the plan.
        var change = request.Plan.Change;
        for (var round = 0; round < MostRounds; round++)
        {
            var observed = await DeliveryGatherer.GatherAsync(kubernetes, collector, desired.Entry, cancellationToken);
            var action = DeliveryDecider.Decide(observed, collector, desired);
            if (action.Step == DeliveryStep.Stop)
            {
                throw action.Failure!.ToException();
            }

            if (action.Step == DeliveryStep.Done)
            {
                Delivered(request.Cluster.Arn, collector.Namespace, collector.Name, change);
                return change == Change.Unchanged ? new(change) : new(change, time.GetUtcNow());
            }

            if (await ActAsync(action.Step, observed, desired, writer, cancellationToken))
            {
                Acted(action.Step, collector.Namespace, collector.Name);
                change = change == Change.Unchanged ? Change.Updated : change;
            }
        }

        throw new NotReadyException(
            Causes.KubernetesConflict,
            $"Prometheus '{collector.Namespace}/{collector.Name}' changes faster than it can be written.",
            "None if it passes; else see what keeps changing it.");
    }

    private static Task<bool> ActAsync(
        DeliveryStep step, ObservedDelivery observed, DesiredDelivery desired, CollectorWriter writer, CancellationToken cancellationToken) => step switch
    {
        DeliveryStep.AnnotateServiceAccount => writer.ApplyAsync(
            observed.ServiceAccount!, CollectorPatches.ServiceAccount(observed.ServiceAccount!, desired.RoleArn), cancellationToken),
        DeliveryStep.AnnotatePods => writer.ApplyAsync(
            observed.Prometheus!, CollectorPatches.AnnotatePods(observed.Prometheus!, desired.RoleArn), cancellationToken),
        DeliveryStep.ApplyEntry => writer.ApplyAsync(
            observed.Prometheus!, CollectorPatches.ApplyEntry(observed.Prometheus!, desired), cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a write."),
    };

    [LoggerMessage(LogLevel.Information, "{Step} of {Namespace}/{Name}")]
    private partial void Acted(DeliveryStep step, string @namespace, string name);

    [LoggerMessage(LogLevel.Information, "{Cluster}: {Namespace}/{Name} runs our remote write, {Change}")]
    private partial void Delivered(string cluster, string @namespace, string name, Change change);
}
