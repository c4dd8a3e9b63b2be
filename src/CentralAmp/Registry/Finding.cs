namespace CentralAmp.Registry;

/// <summary>The result of a sweep's inspection of one cluster.</summary>
public enum Finding
{
    /// <summary>The cluster is in its desired state, or unchanged since an operator was asked to act.</summary>
    Unchanged,

    /// <summary>No workflow has run yet: the event was missed, or the cluster is older than the installation of CentralAmp.</summary>
    New,

    /// <summary>The observed state differs from the desired state: the onboarding workflow is needed.</summary>
    Differs,

    /// <summary>The route names another workspace than the one that the cluster writes to.</summary>
    Reroute,

    /// <summary>The cluster is deleted: all managed objects must be removed.</summary>
    Gone,

    /// <summary>The cluster exists and is opted out: all managed objects must be removed.</summary>
    OptedOut,

    /// <summary>To be inspected again: the cluster is being created or deleted, an execution is running, or the cluster is missing for the first time.</summary>
    NotReady,

    /// <summary>The inspection failed: the state is unknown, and the sweep does nothing.</summary>
    Unreachable,

    /// <summary>Two successive sweeps did not list the cluster's account: its access to every workspace is cut.</summary>
    Unlisted,
}

/// <summary>A finding with its reason.</summary>
/// <param name="Cause">Null if there is no failure.</param>
/// <param name="MissingSince">The last sweep that did not find the cluster; null as soon as a sweep finds it again.</param>
public sealed record Inspection(Finding Finding, string Sentence, string? Cause = null, string? Remedy = null, string? MissingSince = null)
{
    /// <summary>What the registry does not know yet of a cluster that is as desired: recorded by the same write. Null if there is nothing to add.</summary>
    public FactsUpdate? Facts { get; init; }

    /// <summary>This sweep, if it did not list the cluster's account.</summary>
    public string? UnlistedSweep { get; init; }

    /// <summary>Null leaves what is recorded of a former grant as it is.</summary>
    public InspectedGrant? Grant { get; init; }
}

/// <summary>What a sweep knows of the grant for a workspace that a cluster's route has left.</summary>
/// <param name="WorkspaceArn">Null if there is no such grant.</param>
/// <param name="RouteLeftAt">When CentralAmp noticed it first.</param>
/// <param name="IsDue">The grant goes now, whatever the cluster does.</param>
public sealed record InspectedGrant(string? WorkspaceArn = null, DateTimeOffset? RouteLeftAt = null, bool IsDue = false);
