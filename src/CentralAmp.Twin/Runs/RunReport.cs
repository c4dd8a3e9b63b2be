using System.Text.Json.Serialization;

namespace CentralAmp.Twin.Runs;

/// <summary>The one object of <c>--json</c>.</summary>
/// <param name="Left">Of a scenario: remaining managed objects by account.</param>
/// <param name="Checks">Of a scenario: the results of its checks.</param>
public sealed record RunReport(
    IReadOnlyList<ClusterReport> Clusters, CallReport Calls,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, IReadOnlyList<string>>? Left = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CheckReport>? Checks = null)
{
    /// <summary>Whether the exit code is 0: every check passed, and every cluster has its expected outcome in every run.</summary>
    [JsonIgnore]
    public bool Succeeded => Clusters.Count > 0 && (Checks?.All(check => check.Passed) ?? true) && Clusters.All(cluster =>
        cluster.Outcome == (cluster.Expected ?? "Verified") && cluster.Again is null or { Outcome: "Verified" });
}

/// <param name="Outcome">The recorded outcome; null when no outcome was recorded.</param>
/// <param name="Series">Series of this cluster in the workspace.</param>
/// <param name="SecondsFromActive">From the cluster's status ACTIVE to its first scraped sample in the workspace.</param>
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
    /// <summary>Of a scenario: the expected outcome.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expected { get; init; }

    /// <summary>Only for the summary on the console.</summary>
    [JsonIgnore]
    public string? RoleArn { get; init; }

    [JsonIgnore]
    public string? Sentence { get; init; }

    [JsonIgnore]
    public string? Remedy { get; init; }
}

/// <summary>The second onboarding of a cluster.</summary>
/// <param name="Calls">Calls of CentralAmp to AWS, without STS, registry and logs.</param>
/// <param name="Writes">Writes of CentralAmp to AWS and Kubernetes.</param>
public sealed record AgainReport(string? Outcome, int Calls, int Writes);

/// <param name="Detail">The value found by a failed check.</param>
public sealed record CheckReport(string Name, bool Passed, string? Detail = null);

public sealed record CallReport(int Total, int Writes, int Denied);
