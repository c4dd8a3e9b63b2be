using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="CreatedAt">Of an item that no list showed; absent for a cluster that was listed.</param>
/// <param name="AccountListed">Whether the cluster's account was among those of this sweep.</param>
/// <param name="Failure">Instead of looking: what the state machine caught, to be recorded.</param>
public sealed record InspectClusterRequest(
    ExecutionReference Execution,
    SweepReference Sweep,
    string ClusterArn,
    long? CreatedAt = null,
    bool AccountListed = true,
    CaughtFailure? Failure = null);

public sealed record InspectClusterResult(Finding Finding, string? Cause);

/// <summary>Looks at one cluster and leaves the finding in its registry item. Changes nothing else anywhere.</summary>
public sealed partial class InspectClusterStep(ClusterInspector gatherer, IFleetRegistry registry, ILogger<InspectClusterStep> logger)
{
    public async Task<InspectClusterResult> RunAsync(InspectClusterRequest request, CancellationToken cancellationToken)
    {
        if (request.Failure is { } caught)
        {
            var failure = FailureMessage.Parse(caught.Error, caught.Cause);
            return await WriteAsync(request, await KnownAsync(request, cancellationToken), OfFailure(failure), isRegistered: true, cancellationToken);
        }

        var facts = await gatherer.ObserveAsync(request, cancellationToken);
        // The four looks are all that there are: facts that do not suffice then are a bug, and a bug is an unreachable cluster, not a dead sweep.
        var inspection = InspectionDecider.Decide(facts) ?? OfFailure(Failure.Blocked(
            Causes.Unexpected, $"The inspection of {facts.Cluster} came to nothing.", "Report it as a bug, with the function's log."));
        var createdAt = request.CreatedAt ?? facts.Observed?.CreatedAt ?? await KnownAsync(request, cancellationToken);
        return await WriteAsync(request, createdAt, inspection, facts.Known is not null, cancellationToken);
    }

    /// <summary>Of a listed cluster that could not be described, nobody knows which incarnation it is: the youngest that is registered, or none.</summary>
    private async Task<long> KnownAsync(InspectClusterRequest request, CancellationToken cancellationToken) =>
        request.CreatedAt ?? (await registry.OfClusterAsync(request.ClusterArn, cancellationToken))
            .LastOrDefault(item => item is { IsPlaceholder: false, Item.IsTombstone: false })?.Item.CreatedAt ?? 0;

    private async Task<InspectClusterResult> WriteAsync(
        InspectClusterRequest request, long createdAt, Inspection inspection, bool isRegistered, CancellationToken cancellationToken)
    {
        // An item is made for what people must know of; a cluster that opted out before it was ever seen leaves no trace.
        if (isRegistered || inspection.Finding is Finding.New or Finding.Unreachable)
        {
            await registry.WriteFindingAsync(request.ClusterArn, createdAt, request.Sweep, inspection, cancellationToken);
        }

        Inspected(request.ClusterArn, inspection.Finding, inspection.Cause, inspection.Sentence);
        return new InspectClusterResult(inspection.Finding, inspection.Cause);
    }

    private static Inspection OfFailure(Failure failure) => new(Finding.Unreachable, failure.Sentence, failure.Cause, failure.Remedy);

    [LoggerMessage(LogLevel.Information, "{Cluster}: {Finding} {Cause}. {Sentence}")]
    private partial void Inspected(string cluster, Finding finding, string? cause, string sentence);
}
