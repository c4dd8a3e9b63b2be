namespace CentralAmp.Registry;

/// <summary>The outcome of a sweep.</summary>
public enum SweepOutcome
{
    Completed,

    /// <summary>Complete, but the sweep started no workflow, or none in some accounts.</summary>
    Braked,
    Failed,
}

/// <summary>The result of a sweep; the detail of the <c>CentralAmp Sweep</c> event.</summary>
public sealed record SweepRecord
{
    public required SweepOutcome Outcome { get; init; }

    public string? Cause { get; init; }

    public required string Sentence { get; init; }

    public string? Remedy { get; init; }

    public required string SweepId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Number of clusters by state.</summary>
    public required IReadOnlyDictionary<string, int> States { get; init; }

    /// <summary>Number of clusters that this sweep inspected, by finding.</summary>
    public required IReadOnlyDictionary<string, int> Findings { get; init; }

    /// <summary>Accounts and regions that could not be read.</summary>
    public required int UnreachedPlaces { get; init; }

    /// <summary>Deleted clusters of which managed objects remain, and accounts with resources that have CentralAmp's tags and prove nothing.</summary>
    public required int Orphans { get; init; }

    public required string ExecutionId { get; init; }
}
