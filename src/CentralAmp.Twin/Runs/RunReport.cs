using System.Text.Json.Serialization;

namespace CentralAmp.Twin.Runs;

/// <summary>The one object of <c>--json</c>.</summary>
/// <param name="Left">Of a scenario: what of ours is left anywhere, by account.</param>
/// <param name="Checks">Of a scenario: what was looked at in the end.</param>
public sealed record RunReport(
    IReadOnlyList<ClusterReport> Clusters, CallReport Calls,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, IReadOnlyList<string>>? Left = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CheckReport>? Checks = null)
{
    /// <summary>Exit 0 only if every cluster ended verified, in every run of the road.</summary>
    [JsonIgnore]
    public bool Succeeded => Clusters.Count > 0 && (Checks?.All(check => check.Passed) ?? true) && Clusters.All(cluster =>
        cluster.Outcome == (cluster.Expected ?? "Verified") && cluster.Again is null or { Outcome: "Verified" });
}

/// <param name="Outcome">The registry's word; null when no outcome was recorded.</param>
/// <param name="Series">Series of this cluster in the workspace.</param>
/// <param name="SecondsFromActive">From the cluster's ACTIVE to its own first sample in the workspace.</param>
/// <param name="SecondsTotal">From the start of the execution to its end.</param>
/// <param name="Transitions">State transitions as AWS bills them: states entered plus retries.</param>
public sealed record ClusterReport(
    string ClusterArn,
    string? Outcome,
    string? Cause,
    string? WorkspaceArn,
    string? TrustMode,
    string? Delivery,
    long? Series,
    double? SecondsFromActive,
    double SecondsTotal,
    int Transitions,
    AgainReport? Again = null)
{
    /// <summary>Of a scenario: the outcome that is right.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expected { get; init; }

    /// <summary>For the person's summary only.</summary>
    [JsonIgnore]
    public string? RoleArn { get; init; }

    [JsonIgnore]
    public string? Sentence { get; init; }

    [JsonIgnore]
    public string? Remedy { get; init; }
}

/// <summary>The second run of the road.</summary>
/// <param name="Calls">To AWS; STS, registry and logs aside.</param>
/// <param name="Writes">Of ours, to AWS and Kubernetes.</param>
public sealed record AgainReport(string? Outcome, int Calls, int Writes);

/// <param name="Detail">What was found instead.</param>
public sealed record CheckReport(string Name, bool Passed, string? Detail = null);

public sealed record CallReport(int Total, int Writes, int Denied);
