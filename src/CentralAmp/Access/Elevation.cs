using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;

namespace CentralAmp.Access;

/// <summary>The moment in which the member role is cluster-admin, under a lease per cluster.</summary>
/// <remarks>
/// The lease is written before the association is made and released after it is gone. So an association without a live lease is
/// stale, and whoever takes the lease may remove it without breaking anyone.
/// </remarks>
public sealed class Elevation(IAccessEntries entries, ClusterRegistry registry, TimeProvider time)
{
    /// <exception cref="NotReadyException">Another execution is elevated, or the access entry has not settled.</exception>
    public async Task<Change> StartAsync(ClusterReference cluster, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        if (!await registry.TryHoldElevationAsync(cluster.Arn, createdAt, execution, cancellationToken))
        {
            throw new NotReadyException(
                Causes.ElevationHeldElsewhere,
                $"Another execution is elevated in {cluster}.",
                "None: it ends its elevation, or its lease expires.");
        }

        return await entries.AssociateAdminAsync(cluster, execution, cancellationToken)
            ? Change.Created
            : throw new NotReadyException(
                Causes.AccessEntryMissing,
                $"EKS does not find the access entry of CentralAmpMember in {cluster} (yet).",
                "None if it passes; else see who removes the entry.");
    }

    /// <summary>Removes our elevation, an expired one, or one that nobody holds; never one under another execution's live lease.</summary>
    public async Task<Change> EndAsync(ClusterReference cluster, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var lease = (await registry.FindAsync(cluster.Arn, createdAt, cancellationToken))?.Elevation;
        switch (ElevationDecision.Decide(lease, execution, time.GetUtcNow()))
        {
            case ElevationEnd.Leave:
                return Change.Unchanged;
            case ElevationEnd.RemoveIfAssociated:
                // The lease first: between the look and the removal another execution may have begun.
                if (!await entries.IsAdminAsync(cluster, execution, cancellationToken)
                    || !await registry.TryHoldElevationAsync(cluster.Arn, createdAt, execution, cancellationToken))
                {
                    return Change.Unchanged;
                }

                break;
        }

        // Not looked up before when the lease is ours: a fresh association need not be listed yet.
        var removed = await entries.DisassociateAdminAsync(cluster, execution, cancellationToken);
        await registry.ReleaseElevationAsync(cluster.Arn, createdAt, execution, cancellationToken);
        return removed ? Change.Updated : Change.Unchanged;
    }
}

/// <summary>What to do about an elevation that may be there.</summary>
public enum ElevationEnd
{
    /// <summary>Another execution is at work.</summary>
    Leave,

    /// <summary>Nobody is, so whatever is associated is stale.</summary>
    RemoveIfAssociated,

    /// <summary>It is ours.</summary>
    Remove,
}

/// <summary>Decides from the lease. Pure.</summary>
public static class ElevationDecision
{
    public static ElevationEnd Decide(ElevationLease? lease, ExecutionReference execution, DateTimeOffset now) => lease switch
    {
        null => ElevationEnd.RemoveIfAssociated,
        _ when lease.Holder == execution.Id => ElevationEnd.Remove,
        _ when lease.Expires < now => ElevationEnd.RemoveIfAssociated,
        _ => ElevationEnd.Leave,
    };
}
