namespace CentralAmp.Registry;

/// <summary>How a sweep ended.</summary>
public enum SweepOutcome
{
    Completed,

    /// <summary>Complete, but nothing was started.</summary>
    Braked,
    Failed,
}

/// <summary>What a sweep came to; the detail of the <c>CentralAmp Sweep</c> event.</summary>
public sealed record SweepRecord
{
    public required SweepOutcome Outcome { get; init; }

    public string? Cause { get; init; }

    public required string Sentence { get; init; }

    public string? Remedy { get; init; }

    public required string SweepId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Clusters by state.</summary>
    public required IReadOnlyDictionary<string, int> States { get; init; }

    /// <summary>Clusters that this sweep inspected, by finding.</summary>
    public required IReadOnlyDictionary<string, int> Findings { get; init; }

    /// <summary>Accounts and regions that could not be looked at.</summary>
    public required int UnreachedPlaces { get; init; }

    /// <summary>Clusters of which something is left without them.</summary>
    public required int Orphans { get; init; }

    public required string ExecutionId { get; init; }
}
