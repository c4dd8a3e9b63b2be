using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Outcomes;
using CentralAmp.Silence;

namespace CentralAmp.Fleet;

/// <param name="Input">Of the schedule, or of a person: <c>{"ignoreBrake": true}</c>.</param>
public sealed record BeginSweepRequest(ExecutionReference Execution, JsonElement Input);

/// <summary>Where the sweep goes after its beginning.</summary>
public enum SweepNext
{
    Sweep,

    /// <summary>Paused, or another one is at work.</summary>
    Stop,

    /// <summary>It would do harm: a person must act first.</summary>
    Refuse,
}

/// <param name="Execution">As it came: steps in the executions of a Map work for it, too.</param>
/// <param name="Regions">To look at, in every account.</param>
/// <param name="Cause">Null unless refused or running elsewhere.</param>
public sealed record BeginSweepResult(SweepNext Next, ExecutionReference Execution, SweepReference Sweep, string[] Regions, string? Cause = null, string Sentence = "");

/// <param name="Next">Where the last page ended; absent for the first.</param>
public sealed record ListAccountsRequest(ExecutionReference Execution, SweepReference Sweep, string? Next = null);

/// <param name="Next">Null after the last page, and written all the same: Lambda's serializer would leave it out, and the state machine reads it.</param>
public sealed record ListAccountsResult(string[] Accounts, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <param name="Failure">Instead of looking: what the state machine caught, to be recorded.</param>
public sealed record ListClustersRequest(
    ExecutionReference Execution, SweepReference Sweep, string AccountId, string Region, string? Next = null, CaughtFailure? Failure = null);

/// <param name="Clusters">ARNs.</param>
public sealed record ListClustersResult(string[] Clusters, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <param name="CreatedAt">Of an item that no list showed; absent for a cluster that was listed.</param>
/// <param name="AccountListed">Whether the cluster's account was among those of this sweep.</param>
/// <param name="Failure">Instead of looking: what the state machine caught, to be recorded.</param>
public sealed record InspectClusterRequest(
    ExecutionReference Execution,
    SweepReference Sweep,
    string ClusterArn,
    long? CreatedAt = null,
    bool AccountListed = true,
    CaughtFailure? Failure = null);

public sealed record InspectClusterResult(Finding Finding, string? Cause);

/// <param name="AccountsListed">All accounts were listed; otherwise none is taken for unlisted.</param>
public sealed record ListRegisteredRequest(ExecutionReference Execution, SweepReference Sweep, bool AccountsListed, string? Next = null);

/// <summary>An open item that this sweep has not inspected.</summary>
public sealed record RegisteredCluster(string ClusterArn, long CreatedAt, bool AccountListed);

public sealed record ListRegisteredResult(RegisteredCluster[] Clusters, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <param name="AccountId">Absent for the hub.</param>
public sealed record FindOrphansRequest(ExecutionReference Execution, SweepReference Sweep, string? AccountId = null, string? Next = null);

public sealed record FindOrphansResult(int Orphans, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

public sealed record DecideSweepRequest(ExecutionReference Execution, SweepReference Sweep);

/// <summary>Whether the findings are acted upon.</summary>
public enum SweepAction
{
    Start,

    /// <summary>Mode Observe: reported only.</summary>
    Observe,

    /// <summary>Too much would be removed or re-routed: reported only, with alarm.</summary>
    Brake,
}

/// <param name="NewLeft">Clusters that may still be onboarded in this sweep.</param>
public sealed record DecideSweepResult(SweepAction Action, int NewLeft, string Sentence);

public sealed record ListFindingsRequest(ExecutionReference Execution, SweepReference Sweep, int NewLeft, string? Next = null);

/// <summary>Which state machine a finding starts.</summary>
public enum SweepRoad
{
    Onboard,
    Offboard,
}

/// <summary>An execution to be started.</summary>
/// <param name="Name">Deterministic, so that a repetition starts nothing twice.</param>
public sealed record SweepStart(SweepRoad Road, string Name, string ClusterArn, long CreatedAt, string Reason);

public sealed record ListFindingsResult(SweepStart[] Starts, int NewLeft, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <param name="Decision">Absent when the sweep did not get so far.</param>
/// <param name="Failure">What kept the sweep from being complete.</param>
/// <param name="Silence">Absent when the workspaces could not be told of any cluster.</param>
public sealed record EndSweepRequest(
    ExecutionReference Execution, SweepReference Sweep, DecideSweepResult? Decision = null, CaughtFailure? Failure = null, ExpectSamplesResult? Silence = null);
