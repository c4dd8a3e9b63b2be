using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="Reopen">An offboarded cluster is onboarded again.</param>
/// <param name="Ignored">The event says nothing new, so this execution must not overtake another one.</param>
/// <param name="Described">The last result of this state in the same execution; null at first.</param>
public sealed record DescribeClusterRequest(
    ExecutionReference Execution, ClusterReference Cluster, bool Reopen = false, bool DryRun = false, bool Ignored = false, ClusterDescription? Described = null);

/// <summary>Describes the cluster once and admits it, waits for it, or ends the workflow. The state machine does the polling.</summary>
public sealed partial class DescribeClusterStep(
    IClusterReader clusters, Elevation elevation, ClusterRegistry registry, HubSettings settings, TimeProvider time, ILogger<DescribeClusterStep> logger)
{
    /// <summary>So many executions of one cluster may take its claim at the same moment before this one tries again later.</summary>
    private const int Rounds = 5;

    public async Task<ClusterDescription> RunAsync(DescribeClusterRequest request, CancellationToken cancellationToken)
    {
        if (request.Ignored)
        {
            return new ClusterDescription { Next = ClusterNext.Ignore, CreatedAt = 0 };
        }

        for (var round = 0; round < Rounds; round++)
        {
            if (await LookAsync(request, cancellationToken) is { } described)
            {
                return described;
            }
        }

        throw new NotReadyException(Causes.TakenOver, $"Several executions of {request.Cluster} start at the same time.", "None: this one tries again.");
    }

    /// <returns>Null if another execution has looked at the cluster meanwhile: it may know more, so this one must look again.</returns>
    private async Task<ClusterDescription?> LookAsync(DescribeClusterRequest request, CancellationToken cancellationToken)
    {
        var cluster = request.Cluster;
        // Before EKS is asked: who claims later has looked later.
        var items = await registry.OfClusterAsync(cluster.Arn, cancellationToken);
        var observed = await clusters.FindAsync(cluster, request.Execution, cancellationToken);

        // Before the decision, so that no outcome leaves the member role as cluster-admin.
        if (observed is { CanBeElevated: true }
            && await elevation.EndAsync(cluster, observed.CreatedAt, request.Execution, cancellationToken) != Change.Unchanged)
        {
            StaleElevationRemoved(cluster.Arn);
        }

        var item = observed is null ? null : items.FirstOrDefault(item => item.CreatedAt == observed.CreatedAt);
        var described = await IsClosedAsync(request, item, cancellationToken)
            ? new ClusterDescription { Next = ClusterNext.Offboarded, CreatedAt = item!.CreatedAt }
            : IsSuperseded(request, item)
            ?? WithGrant(request, item, IsCut(request, item) ?? Admit(request, observed)) with { Onboarded = item is { MayHaveTraces: true }, IsDryRun = request.DryRun };
        var claimed = request.DryRun || described.Next == ClusterNext.Offboarded || HasGivenWay(request, item)
            ? described
            : await ClaimAsync(request, item ?? new RegistryItem { ClusterArn = cluster.Arn, CreatedAt = described.CreatedAt }, described, cancellationToken);
        Described(cluster.Arn, observed?.Status ?? "gone", described.Next);
        return claimed;
    }

    private async Task<ClusterDescription?> ClaimAsync(
        DescribeClusterRequest request, RegistryItem item, ClusterDescription described, CancellationToken cancellationToken) =>
        await registry.TakeClaimAsync(item, request.Execution, closes: false, cancellationToken, isRequest: request is { Reopen: true, Described: null })
            ? described with { Claim = item.Claim.Number + (item.Claim.Holder == request.Execution.Id ? 0 : 1) }
            : null;

    /// <summary>While this execution waited, a younger one has looked at the cluster and goes on: one execution waits for a cluster.</summary>
    private static bool HasGivenWay(DescribeClusterRequest request, RegistryItem? item) =>
        request.Described is not null && item is { Claim.Holder: { } holder } && holder != request.Execution.Id;

    private static ClusterDescription? IsSuperseded(DescribeClusterRequest request, RegistryItem? item) => HasGivenWay(request, item)
        ? new ClusterDescription
        {
            Next = ClusterNext.Refuse,
            CreatedAt = item!.CreatedAt,
            Refusal = ClusterRegistry.Superseded(request.Cluster).Message,
        }
        : null;

    /// <summary>An event may arrive after the cluster was offboarded. The registry item is closed then, and only an operator reopens it.</summary>
    private async Task<bool> IsClosedAsync(DescribeClusterRequest request, RegistryItem? item, CancellationToken cancellationToken) =>
        item is { IsClosed: true }
        && !(request.Reopen && WasClosedBefore(item, request.Execution) && await registry.ReopenAsync(item.ClusterArn, item.CreatedAt, request.Execution, cancellationToken));

    /// <summary>A sweep cut the cluster's access after this execution started. An execution that a later sweep or an operator started restores it.</summary>
    private static ClusterDescription? IsCut(DescribeClusterRequest request, RegistryItem? item) => item?.CutSince > request.Execution.StartedAt
        ? new ClusterDescription
        {
            Next = ClusterNext.Refuse,
            CreatedAt = item.CreatedAt,
            Refusal = new BlockedException(
                Causes.AccountNotListed, $"A sweep has cut the access of {request.Cluster}, because its account is not listed.", item.Remedy ?? "").Message,
        }
        : null;

    private ClusterDescription WithGrant(DescribeClusterRequest request, RegistryItem? item, ClusterDescription described)
    {
        var decided = described.Next == ClusterNext.Continue
            ? GrantDecider.Decide(request.Cluster, item, described.WorkspaceArn, verified: null, settings, time.GetUtcNow())
            : null;
        return described with { Former = decided?.Former, Revokes = decided is { IsDue: true } ? decided.Former!.WorkspaceArn : null };
    }

    /// <summary>
    /// An execution that waits describes the cluster repeatedly. It does not reopen an item that was closed, or that somebody wanted closed, after the
    /// execution started.
    /// </summary>
    private static bool WasClosedBefore(RegistryItem item, ExecutionReference execution) =>
        (item.ExecutionStartedAt is not { } closing || closing <= execution.StartedAt) && !(item.RequestedAt > execution.StartedAt);

    // If the cluster exists, the refusal is a result with its createdAt, so that the registry records it. A cluster that is gone has no createdAt.
    private ClusterDescription Admit(DescribeClusterRequest request, ObservedCluster? observed)
    {
        try
        {
            return ClusterAdmission.Decide(request.Cluster, observed, time.GetUtcNow() - request.Execution.StartedAt, settings);
        }
        catch (BlockedException refusal) when (observed is not null)
        {
            return new ClusterDescription { Next = ClusterNext.Refuse, CreatedAt = observed.CreatedAt, Refusal = refusal.Message };
        }
    }

    [LoggerMessage(LogLevel.Warning, "Removed a stale elevation of {ClusterArn}")]
    private partial void StaleElevationRemoved(string clusterArn);

    [LoggerMessage(LogLevel.Information, "{ClusterArn} is {Status}: {Next}")]
    private partial void Described(string clusterArn, string status, ClusterNext next);
}
