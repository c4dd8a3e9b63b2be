using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;

namespace CentralAmp.Access;

/// <summary>The elevation: for a short time the member role that looks is cluster-admin, under a lease for each cluster.</summary>
/// <remarks>
/// The lease is written before the association is created and released after it is deleted. So an association without a valid lease is
/// stale, and an execution that takes the lease may remove it without harm to another one.
/// </remarks>
public sealed class Elevation(IAccessEntries entries, IClusterReader clusters, ClusterRegistry registry, TimeProvider time)
{
    /// <summary>
    /// Every elevation ensures the RBAC for reading, so the write of the lease records it. The RBAC for writing is announced with the other objects of the plan.
    /// </summary>
    private static readonly IReadOnlyList<RecordedObject> Recorded = [.. RbacRules.Reading().Select(item => item.Record)];

    /// <summary>Ensures the access entry, and associates the admin policy with it.</summary>
    /// <exception cref="BlockedException">There is an access entry of another owner.</exception>
    /// <exception cref="NotReadyException">Another execution is elevated, or EKS does not see the access entry yet.</exception>
    /// <param name="createsEntry">Whether a missing access entry is created.</param>
    public async Task<Change> StartAsync(ClusterReference cluster, long createdAt, ExecutionReference execution, bool createsEntry, CancellationToken cancellationToken)
    {
        if (!await registry.TryElevateAsync(cluster.Arn, createdAt, execution, Recorded, cancellationToken))
        {
            await registry.RequireClaimAsync(cluster, createdAt, execution, cancellationToken);
            throw new NotReadyException(
                Causes.ElevationHeldElsewhere,
                $"Another execution is elevated in {cluster}.",
                "None: it ends its elevation, or its lease expires.");
        }

        await RequireSameClusterAsync(cluster, createdAt, execution, cancellationToken);
        await EnsureEntryAsync(cluster, execution, createsEntry, cancellationToken);
        if (!await entries.AssociateAdminAsync(cluster, execution, cancellationToken))
        {
            throw new NotReadyException(
                Causes.AccessEntryMissing,
                $"EKS does not find the access entry of CentralAmpMember in {cluster} (yet).",
                "None if the error is transient; otherwise find out what removes the entry.");
        }

        await RequireLeaseAsync(cluster, createdAt, execution, cancellationToken);
        return Change.Created;
    }

    /// <summary>Removes the elevation of this execution, an expired one, or one without a lease; never one under another execution's valid lease.</summary>
    public async Task<Change> EndAsync(ClusterReference cluster, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var lease = (await registry.FindAsync(cluster.Arn, createdAt, cancellationToken))?.Elevation;
        switch (ElevationDecision.Decide(lease, execution, time.GetUtcNow()))
        {
            case ElevationEnd.Leave:
                return Change.Unchanged;
            // No list before the removal if this execution holds the lease: EKS may not list a new association yet.
            case ElevationEnd.RemoveIfAssociated when !await entries.IsAdminAsync(cluster, execution, cancellationToken):
                return Change.Unchanged;
        }

        return await RemoveAsync(cluster, createdAt, execution, cancellationToken);
    }

    /// <summary>The lease first: another execution may have begun an elevation since it was read.</summary>
    private async Task<Change> RemoveAsync(ClusterReference cluster, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        if (!await registry.TryHoldElevationAsync(cluster.Arn, createdAt, execution, cancellationToken))
        {
            return Change.Unchanged;
        }

        var removed = await entries.DisassociateAdminAsync(cluster, execution, cancellationToken);
        await registry.ReleaseElevationAsync(cluster.Arn, createdAt, execution, cancellationToken);
        return removed ? Change.Updated : Change.Unchanged;
    }

    /// <summary>EKS acts by name, and the lease is of one cluster: a newer one of that name may exist by now.</summary>
    private async Task RequireSameClusterAsync(ClusterReference cluster, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var observed = await clusters.FindAsync(cluster, execution, cancellationToken);
        if (observed?.CreatedAt != createdAt)
        {
            await registry.ReleaseElevationAsync(cluster.Arn, createdAt, execution, cancellationToken);
            throw new BlockedException(
                Causes.ClusterNotFound, $"{cluster} is not the cluster any more that this execution has looked at.", "None: a newer cluster of that name has an execution of its own.");
        }
    }

    /// <summary>
    /// Of a call that was cut off, the end may come after the state machine went on: then nobody would remove the association, so this call does. Only after
    /// it knows that the lease is gone, because an association under another execution's lease is that one's.
    /// </summary>
    private async Task RequireLeaseAsync(ClusterReference cluster, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        if (!await registry.RenewElevationAsync(cluster.Arn, createdAt, execution, cancellationToken))
        {
            await RemoveAsync(cluster, createdAt, execution, cancellationToken);
            await registry.ConfirmClaimAsync(cluster, createdAt, execution, cancellationToken);
            throw ClusterRegistry.Superseded(cluster);
        }
    }

    private async Task EnsureEntryAsync(ClusterReference cluster, ExecutionReference execution, bool creates, CancellationToken cancellationToken)
    {
        var observed = await entries.FindAsync(cluster, execution, cancellationToken);
        switch (AccessEntryDecision.Decide(cluster, entries.PrincipalArn(cluster), observed))
        {
            case AccessEntryDelta.Create when creates:
                // If another execution created it first, the association finds it.
                await entries.CreateAsync(cluster, execution, cancellationToken);
                break;
            case AccessEntryDelta.UpdateGroups:
                await entries.UpdateGroupsAsync(cluster, execution, cancellationToken);
                break;
        }
    }
}

/// <summary>What to do about a possible elevation.</summary>
public enum ElevationEnd
{
    /// <summary>Another execution holds a valid lease.</summary>
    Leave,

    /// <summary>No execution holds a valid lease, so an association is stale.</summary>
    RemoveIfAssociated,

    /// <summary>This execution holds the lease.</summary>
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
