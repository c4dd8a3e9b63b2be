namespace CentralAmp.Registry;

/// <summary>What an inspection of a sweep came to.</summary>
public enum Finding
{
    /// <summary>As it should be, or as it was when a person was asked to act.</summary>
    Unchanged,

    /// <summary>No road has been taken yet: the event was missed, or the cluster is older than we are.</summary>
    New,

    /// <summary>The road has something to do.</summary>
    Differs,

    /// <summary>It is routed to another workspace than the one that it writes to.</summary>
    Reroute,

    /// <summary>It is not there any more, nothing of ours may stay.</summary>
    Gone,

    /// <summary>It lives, and nothing of ours may stay.</summary>
    OptedOut,

    /// <summary>To be looked at again: it comes or goes, someone is at work, or it was missed for the first time.</summary>
    NotReady,

    /// <summary>It could not be looked at, so nothing is known and nothing done.</summary>
    Unreachable,
}

/// <summary>A finding with its reason.</summary>
/// <param name="Cause">Null where nothing is wrong.</param>
/// <param name="MissingSince">The sweep that missed it first; null as soon as it is seen.</param>
public sealed record Inspection(Finding Finding, string Sentence, string? Cause = null, string? Remedy = null, string? MissingSince = null);
