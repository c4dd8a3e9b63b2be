using CentralAmp.Clusters;

namespace CentralAmp.Registry;

/// <summary>What the registry knows of one cluster (ARN and createdAt). Absent is null.</summary>
public sealed record RegistryItem
{
    public required string ClusterArn { get; init; }

    /// <summary>DescribeCluster's, in epoch milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Null while only a lease has been written. <see cref="Outcome.Offboarded"/> closes the item: a tombstone.</summary>
    public Outcome? State { get; init; }

    public string? Cause { get; init; }

    public string? Sentence { get; init; }

    public string? Remedy { get; init; }

    /// <summary>Where it sends, or may send since there is trust; not where it is merely routed. Stays when it is offboarded.</summary>
    public string? WorkspaceArn { get; init; }

    public string? TrustMode { get; init; }

    public string? Delivery { get; init; }

    /// <summary>The ingest role. Absent once it has been taken back from a cluster that lives on.</summary>
    public string? RoleArn { get; init; }

    /// <summary>With trust mode <c>chained</c>: the role in the member account that the service account assumes.</summary>
    public string? CollectorRoleArn { get; init; }

    /// <summary>Stays after the cluster is gone: nobody can be asked for it then, and the provider is found by it.</summary>
    public string? Issuer { get; init; }

    /// <summary>Why it is or was offboarded; absent while it is not.</summary>
    public OffboardingReason? Reason { get; init; }

    public long? Series { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>When an execution last changed something in AWS or in the cluster.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>The heartbeat: when any execution last recorded.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public string? ExecutionId { get; init; }

    public DateTimeOffset? ExecutionStartedAt { get; init; }

    public ElevationLease? Elevation { get; init; }

    public bool IsTombstone => State == Outcome.Offboarded;

    /// <summary>
    /// Trust is never made for a cluster whose item is closed: offboarded, or about to be. Only who opted out may come back at any time.
    /// </summary>
    public bool IsClosed => IsTombstone || (State == Outcome.Offboarding && Reason != OffboardingReason.OptedOut);

    /// <summary>Something of ours may be in AWS or in the cluster, which offboarding would take back.</summary>
    public bool MayHaveTraces => !IsTombstone && (RoleArn is not null || State != Outcome.OptedOut);
}

/// <summary>Why a cluster is offboarded.</summary>
public enum OffboardingReason
{
    /// <summary>A person asked for it.</summary>
    Manual,

    /// <summary>Its tags say so, or say nothing where clusters opt in.</summary>
    OptedOut,

    /// <summary>An event said that it was deleted.</summary>
    Deleted,

    /// <summary>A sweep found it gone, or something of ours without it.</summary>
    Swept,
}

/// <summary>Who may be cluster-admin at the moment, and until when nobody else may end it.</summary>
/// <param name="Holder">Execution id.</param>
public sealed record ElevationLease(string Holder, DateTimeOffset Expires);
