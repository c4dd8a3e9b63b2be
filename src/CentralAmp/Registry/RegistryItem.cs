using CentralAmp.Outcomes;

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

    public string? WorkspaceArn { get; init; }

    public string? TrustMode { get; init; }

    public string? Delivery { get; init; }

    public string? RoleArn { get; init; }

    public long? Series { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>When an execution last changed something in AWS or in the cluster.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>The heartbeat: when any execution last recorded.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public string? ExecutionId { get; init; }

    public DateTimeOffset? ExecutionStartedAt { get; init; }

    public ElevationLease? Elevation { get; init; }

    /// <summary>Trust is never made for a cluster whose item is closed.</summary>
    public bool IsTombstone => State == Outcome.Offboarded;
}

/// <summary>Who may be cluster-admin at the moment, and until when nobody else may end it.</summary>
/// <param name="Holder">Execution id.</param>
public sealed record ElevationLease(string Holder, DateTimeOffset Expires);
