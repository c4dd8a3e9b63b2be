using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="Reopen">An offboarded cluster is onboarded again.</param>
public sealed record DescribeClusterRequest(ExecutionReference Execution, ClusterReference Cluster, bool Reopen = false);

/// <summary>Describes the cluster once and admits it, waits for it, or ends the workflow. The state machine does the polling.</summary>
public sealed partial class DescribeClusterStep(
    IClusterReader clusters, Elevation elevation, ClusterRegistry registry, HubSettings settings, TimeProvider time, ILogger<DescribeClusterStep> logger)
{
    public async Task<ClusterDescription> RunAsync(DescribeClusterRequest request, CancellationToken cancellationToken)
    {
        var cluster = request.Cluster;
        var observed = await clusters.FindAsync(cluster, request.Execution, cancellationToken);

        // Before the decision, so that no outcome leaves the member role as cluster-admin.
        if (observed is { CanBeElevated: true }
            && await elevation.EndAsync(cluster, observed.CreatedAt, request.Execution, cancellationToken) != Change.Unchanged)
        {
            StaleElevationRemoved(cluster.Arn);
        }

        var item = observed is null ? null : await registry.FindAsync(cluster.Arn, observed.CreatedAt, cancellationToken);
        var described = await IsClosedAsync(request, item, cancellationToken)
            ? new ClusterDescription { Next = ClusterNext.Offboarded, CreatedAt = item!.CreatedAt }
            : WithGrant(request, item, IsCut(request, item) ?? Admit(request, observed)) with { Onboarded = item is { MayHaveTraces: true } };
        Described(cluster.Arn, observed?.Status ?? "gone", described.Next);
        return described;
    }

    /// <summary>An event may arrive after the cluster was offboarded. The registry item is closed then, and only an operator reopens it.</summary>
    private async Task<bool> IsClosedAsync(DescribeClusterRequest request, RegistryItem? item, CancellationToken cancellationToken) =>
        item is { IsClosed: true }
        && !(request.Reopen && WasClosedBefore(item, request.Execution) && await registry.ReopenAsync(item.ClusterArn, item.CreatedAt, cancellationToken));

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

    /// <summary>An execution that waits describes the cluster repeatedly. It does not reopen an item that was closed after the execution started.</summary>
    private static bool WasClosedBefore(RegistryItem item, ExecutionReference execution) =>
        item.ExecutionStartedAt is not { } closing || closing <= execution.StartedAt;

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
