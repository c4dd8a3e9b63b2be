using CentralAmp.Clusters;

namespace CentralAmp.Registry;

/// <summary>The registry's item of one cluster (ARN and createdAt). Absent is null.</summary>
public sealed record RegistryItem
{
    public required string ClusterArn { get; init; }

    /// <summary>DescribeCluster's <c>createdAt</c> in epoch milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Null while the item has only a lease. <see cref="Outcome.Offboarded"/> closes the item: a tombstone.</summary>
    public Outcome? State { get; init; }

    public string? Cause { get; init; }

    public string? Sentence { get; init; }

    public string? Remedy { get; init; }

    /// <summary>The workspace that the cluster writes to, or may write to once there is trust; not the one of its route. Kept after offboarding.</summary>
    public string? WorkspaceArn { get; init; }

    public string? TrustMode { get; init; }

    public string? Delivery { get; init; }

    /// <summary>The ingest role. Absent after offboarding has removed it from a cluster that still exists.</summary>
    public string? RoleArn { get; init; }

    /// <summary>With trust mode <c>chained</c>: the role in the member account that the service account assumes.</summary>
    public string? CollectorRoleArn { get; init; }

    /// <summary>The OIDC issuer. Kept after the cluster is deleted: EKS no longer returns it, and the OIDC provider is found by it.</summary>
    public string? Issuer { get; init; }

    /// <summary>Why the cluster is being or was offboarded; otherwise absent.</summary>
    public OffboardingReason? Reason { get; init; }

    public long? Series { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>When an execution last changed an object in AWS or in the cluster.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>The heartbeat: when an execution last recorded an outcome.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public string? ExecutionId { get; init; }

    public DateTimeOffset? ExecutionStartedAt { get; init; }

    public ElevationLease? Elevation { get; init; }

    /// <summary>Which execution works on the cluster. Written by <see cref="ClusterRegistry.TakeClaimAsync"/> only.</summary>
    public ClusterClaim Claim { get; init; } = ClusterClaim.None;

    /// <summary>A workspace that the cluster's route has left, and that its ingest role may still write to.</summary>
    public string? FormerWorkspaceArn { get; init; }

    /// <summary>When CentralAmp noticed first that the route had left <see cref="FormerWorkspaceArn"/>. The limit of its grant counts from here.</summary>
    public DateTimeOffset? RouteLeftAt { get; init; }

    /// <summary>When a sweep denied the ingest role everything, because the cluster's account was not listed. Absent once the cluster is onboarded again.</summary>
    public DateTimeOffset? CutSince { get; init; }

    /// <summary>
    /// When a person last asked for an offboarding or a reopening. An execution of an earlier request, which looks at the cluster only now, does not follow it.
    /// </summary>
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>
    /// The execution that finished a write after it had lost the claim, by its id: AWS and EKS know no claim, so a call on its way cannot be refused. If the
    /// cluster was offboarded meanwhile, its offboarding is repeated.
    /// </summary>
    public string? Late { get; init; }

    /// <summary>What exists for the cluster. Written by <see cref="FactsUpdate"/>s only.</summary>
    public ClusterFacts Facts { get; init; } = new();

    public bool IsTombstone => State == Outcome.Offboarded;

    /// <summary>Nothing is left of the cluster, as far as anybody knows.</summary>
    public bool IsDone => IsTombstone && Late is null;

    /// <summary>
    /// The item is closed: the cluster is offboarded or being offboarded, and CentralAmp never creates trust for it. Only a cluster that
    /// opted out may be onboarded again at any time.
    /// </summary>
    public bool IsClosed => IsTombstone || (State == Outcome.Offboarding && Reason != OffboardingReason.OptedOut);

    /// <summary>
    /// Managed objects may exist in AWS or in the cluster, which offboarding would remove. A cluster that opted out before its first verification has
    /// facts and no role in its state; one that opted out during its first onboarding gets facts after it.
    /// </summary>
    public bool MayHaveTraces => !IsTombstone && (RoleArn is not null || Late is not null || Facts.IsAnything || State != Outcome.OptedOut);
}

/// <summary>Why a cluster is offboarded.</summary>
public enum OffboardingReason
{
    /// <summary>An operator requested it.</summary>
    Manual,

    /// <summary>The cluster's tag opts it out, or it has no tag and the installation onboards only tagged clusters.</summary>
    OptedOut,

    /// <summary>A CloudTrail event reported its deletion.</summary>
    Deleted,

    /// <summary>A sweep found the cluster deleted, or managed objects without their cluster.</summary>
    Swept,
}

/// <summary>
/// The right to write for a cluster. Every execution takes it with its first look at the cluster, so the holder is the one that looked last.
/// </summary>
/// <param name="Number">Grows with every change of the holder; 0 in items from before claims.</param>
/// <param name="Holder">Execution id; null after its holder has recorded its outcome.</param>
public sealed record ClusterClaim(long Number, string? Holder)
{
    public static ClusterClaim None { get; } = new(0, null);
}

/// <summary>The lease of the elevation: its execution, and until when no other execution may end it.</summary>
/// <param name="Holder">Execution id.</param>
public sealed record ElevationLease(string Holder, DateTimeOffset Expires);
