using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="CreatedAt">Of a registered cluster that EKS did not list; absent for a listed cluster.</param>
/// <param name="AccountListed">Whether the sweep covers the cluster's account.</param>
/// <param name="Failure">The failure that the state machine caught. If present, the step only records it, and whether a former grant is due.</param>
public sealed record InspectClusterRequest(
    ExecutionReference Execution,
    SweepReference Sweep,
    string ClusterArn,
    long? CreatedAt = null,
    bool AccountListed = true,
    CaughtFailure? Failure = null);

public sealed record InspectClusterResult(Finding Finding, string? Cause);

/// <summary>Inspects one cluster and records the finding in its registry item. Changes nothing else.</summary>
public sealed partial class InspectClusterStep(ClusterInspector inspector, IFleetRegistry registry, ILogger<InspectClusterStep> logger)
{
    public async Task<InspectClusterResult> RunAsync(InspectClusterRequest request, CancellationToken cancellationToken)
    {
        if (request.Failure is { } caught)
        {
            var failure = FailureMessage.Parse(caught.Error, caught.Cause);
            return await WriteAsync(
                request,
                await YoungestCreatedAtAsync(request, cancellationToken),
                OfFailure(failure) with { Grant = InspectedOf(await inspector.ObserveGrantAsync(request, cancellationToken)) },
                isRegistered: true,
                cancellationToken);
        }

        var observation = await inspector.ObserveAsync(request, cancellationToken);
        // After all four reads the observation must suffice. If it does not, that is a bug: the cluster counts as unreachable and the sweep goes on.
        var inspection = InspectionDecider.Decide(observation) ?? OfFailure(Failure.Blocked(
            Causes.Unexpected, $"The inspection of {observation.Cluster} ended without a finding.", "Report it as a bug, with the function's log."));
        var createdAt = request.CreatedAt ?? observation.Observed?.CreatedAt ?? await YoungestCreatedAtAsync(request, cancellationToken);
        return await WriteAsync(request, createdAt, inspection with { Grant = InspectedOf(observation.Grant) }, observation.Known is not null, cancellationToken);
    }

    /// <summary>A listed cluster that cannot be described has an unknown createdAt: the finding goes to the youngest registered cluster of the ARN, or to 0.</summary>
    private async Task<long> YoungestCreatedAtAsync(InspectClusterRequest request, CancellationToken cancellationToken) =>
        request.CreatedAt ?? (await registry.OfClusterAsync(request.ClusterArn, cancellationToken))
            .LastOrDefault(item => item is { IsPlaceholder: false, Item.IsTombstone: false })?.Item.CreatedAt ?? 0;

    private async Task<InspectClusterResult> WriteAsync(
        InspectClusterRequest request, long createdAt, Inspection inspection, bool isRegistered, CancellationToken cancellationToken)
    {
        // Only findings that an operator must see create an item; a cluster that opted out before it was registered gets none.
        if (isRegistered || inspection.Finding is Finding.New or Finding.Unreachable)
        {
            await registry.WriteFindingAsync(request.ClusterArn, createdAt, request.Sweep, inspection, cancellationToken);
        }

        Inspected(request.ClusterArn, inspection.Finding, inspection.Cause, inspection.Sentence);
        return new InspectClusterResult(inspection.Finding, inspection.Cause);
    }

    private static InspectedGrant? InspectedOf(GrantDecision? grant) => grant is null ? null : new InspectedGrant(grant.Former?.WorkspaceArn, grant.Former?.Since, grant.IsDue);

    private static Inspection OfFailure(Failure failure) => new(Finding.Unreachable, failure.Sentence, failure.Cause, failure.Remedy);

    [LoggerMessage(LogLevel.Information, "{Cluster}: {Finding} {Cause}. {Sentence}")]
    private partial void Inspected(string cluster, Finding finding, string? cause, string sentence);
}
