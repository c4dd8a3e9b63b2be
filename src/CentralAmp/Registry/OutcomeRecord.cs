using CentralAmp.Clusters;

namespace CentralAmp.Registry;

/// <summary>Values of the registry's <c>state</c> and of the outcome event.</summary>
public enum Outcome
{
    Failed,
    Verified,
    Unhealthy,
    Blocked,
    Parked,
    RolledBack,
    OptedOut,
    Offboarding,
    Offboarded,

    /// <summary>Another execution has taken over the cluster. Published, and never recorded.</summary>
    Superseded,
}

/// <summary>The outcome of an execution; the detail of the <c>CentralAmp Outcome</c> event. Absent is null.</summary>
public sealed record OutcomeRecord
{
    public required Outcome Outcome { get; init; }

    public string? Cause { get; init; }

    public required string Sentence { get; init; }

    public string? Remedy { get; init; }

    /// <summary>Whether a step of this execution changed anything.</summary>
    public required bool Changed { get; init; }

    public string? ClusterArn { get; init; }

    public string? ClusterName { get; init; }

    public string? AccountId { get; init; }

    public string? Region { get; init; }

    /// <summary>DescribeCluster's <c>createdAt</c> in epoch milliseconds.</summary>
    public long? CreatedAt { get; init; }

    public string? WorkspaceArn { get; init; }

    public string? TrustMode { get; init; }

    public string? Delivery { get; init; }

    /// <summary>The ingest role.</summary>
    public string? RoleArn { get; init; }

    /// <summary>With trust mode <c>chained</c>: the role in the member account that the service account assumes.</summary>
    public string? CollectorRoleArn { get; init; }

    public long? Series { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }

    public required string ExecutionId { get; init; }

    /// <summary>Of an execution whose record was refused: what it would have recorded may not be so any more.</summary>
    public OutcomeRecord Overtaken(ClusterReference cluster)
    {
        var taken = ClusterRegistry.Superseded(cluster);
        return this with { Outcome = Outcome.Superseded, Cause = taken.Cause, Sentence = $"{taken.Sentence} It had ended as {Outcome}.", Remedy = taken.Remedy };
    }
}
