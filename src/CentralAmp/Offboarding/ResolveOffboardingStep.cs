using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Outcomes;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

/// <summary>Validates the input, looks at the cluster once, and closes it to onboarding. The state machine does the polling.</summary>
public sealed partial class ResolveOffboardingStep(
    IClusterReader clusters,
    IAccessEntries entries,
    Elevation elevation,
    ClusterRegistry registry,
    HubSettings settings,
    TimeProvider time,
    ILogger<ResolveOffboardingStep> logger)
{
    public async Task<ResolveOffboardingResult> RunAsync(ResolveOffboardingRequest request, CancellationToken cancellationToken)
    {
        var input = OffboardingInput.Read(request.Input);
        var (observed, unreached) = await LookAsync(input.Cluster, request.Execution, cancellationToken);
        var items = await registry.OfClusterAsync(input.Cluster.Arn, cancellationToken);
        var resolved = OffboardingTarget.Decide(
            new OffboardingFacts(input, observed, unreached, items, time.GetUtcNow() - request.Execution.StartedAt, settings)
            {
                EntryIsBack = await IsEntryBackAsync(input.Cluster, observed, items, request.Execution, cancellationToken),
            });
        if (resolved.Next != OffboardingNext.Nothing)
        {
            await CloseAsync(resolved, items, request.Execution, cancellationToken);
        }

        if (observed is { CanBeElevated: true } && resolved.Standing == ClusterStanding.Living)
        {
            await elevation.EndAsync(input.Cluster, observed.CreatedAt, request.Execution, cancellationToken);
        }

        Resolved(input.Cluster.Arn, resolved.Described.CreatedAt, resolved.Next, resolved.Standing, resolved.Sentence);
        return resolved;
    }

    private async Task<(ObservedCluster? Observed, BlockedException? Unreached)> LookAsync(
        ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        try
        {
            return (await clusters.FindAsync(cluster, execution, cancellationToken), null);
        }
        catch (BlockedException unreached)
        {
            return (null, unreached);
        }
    }

    private async Task<bool> IsEntryBackAsync(
        ClusterReference cluster,
        ObservedCluster? observed,
        IReadOnlyList<RegistryItem> items,
        ExecutionReference execution,
        CancellationToken cancellationToken) =>
        observed is { CanBeElevated: true }
        && items.Any(item => item.IsTombstone && item.CreatedAt == observed.CreatedAt)
        && await entries.FindAsync(cluster, execution, cancellationToken) is { } entry
        && AccessEntryDecision.IsOurs(cluster, entry);

    /// <summary>From here on no event brings it back, and no execution that began earlier makes trust again.</summary>
    private async Task CloseAsync(
        ResolveOffboardingResult resolved, IReadOnlyList<RegistryItem> items, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var createdAt = resolved.Described.CreatedAt;
        if (items.Any(item => item.CreatedAt == createdAt && (item.IsTombstone || (item.State == Outcome.Offboarding && item.ExecutionId == execution.Id))))
        {
            return;
        }

        await registry.RecordAsync(
            new RegistryItem
            {
                ClusterArn = resolved.Cluster.Arn,
                CreatedAt = createdAt,
                State = Outcome.Offboarding,
                Reason = resolved.Reason,
                Sentence = resolved.Sentence,
            },
            execution,
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "{Cluster} of {CreatedAt}: {Next}, {Standing}. {Sentence}")]
    private partial void Resolved(string cluster, long createdAt, OffboardingNext next, ClusterStanding standing, string sentence);
}
