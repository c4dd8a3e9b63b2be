using System.Collections.Concurrent;

namespace CentralAmp.Twin.Aws.Amp;

/// <summary>
/// AMP's deduplication of replicas. Among replicas that send the same <c>cluster</c> label, AMP elects the first one and
/// drops the samples of the others until the elected one is silent ("Send high-availability data", AMP user guide).
/// </summary>
public sealed class HighAvailabilityTracker(TimeSpan failover, TimeProvider time)
{
    public const string ReplicaLabel = "__replica__";
    public const string ClusterLabel = "cluster";

    private readonly ConcurrentDictionary<(string Workspace, string Cluster), (string Replica, DateTimeOffset Seen)> elected = new();

    /// <summary>The request without the replica label; null if AMP drops it.</summary>
    public WriteRequest? Accept(string workspaceId, WriteRequest request)
    {
        // As in Cortex, the first series decides for the whole request. Without both labels there is no election.
        if (request.Series is not [var first, ..] || first[ClusterLabel] is not { } cluster || first[ReplicaLabel] is not { } replica)
            return request;

        var now = time.GetUtcNow();
        var (leader, _) = elected.AddOrUpdate((workspaceId, cluster), (replica, now), (_, current) =>
            current.Replica == replica || current.Seen + failover < now ? (replica, now) : current);
        return leader == replica
            ? request with { Series = [.. request.Series.Select(series => series.Without(ReplicaLabel))] }
            : null;
    }
}
