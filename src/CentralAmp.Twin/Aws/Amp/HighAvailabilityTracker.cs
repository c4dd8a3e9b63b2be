using System.Collections.Concurrent;

namespace CentralAmp.Twin.Aws.Amp;

/// <summary>
/// AMP's deduplication of replicas: of those that send the same <c>cluster</c> label, the first is elected and the others
/// are dropped, until the elected one has been silent for a while ("Send high-availability data", AMP user guide).
/// </summary>
public sealed class HighAvailabilityTracker(TimeSpan failover, TimeProvider time)
{
    public const string ReplicaLabel = "__replica__";
    public const string ClusterLabel = "cluster";

    private readonly ConcurrentDictionary<(string Workspace, string Cluster), (string Replica, DateTimeOffset Seen)> elected = new();

    /// <summary>What of a request is kept: everything without the replica label, or nothing.</summary>
    public WriteRequest? Accept(string workspaceId, WriteRequest request)
    {
        // As in Cortex the first series speaks for the request; without both labels there is nothing to elect.
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
