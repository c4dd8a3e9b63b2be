using CentralAmp.Clusters;

namespace CentralAmp.Routes;

/// <summary>One rule that selects a workspace. An absent selector matches every cluster; all given selectors must match.</summary>
public sealed record Route
{
    public required string Name { get; init; }

    public required string WorkspaceArn { get; init; }

    /// <summary>Null: the default of the installation.</summary>
    public string? TrustMode { get; init; }

    public IReadOnlySet<string>? Accounts { get; init; }

    public IReadOnlySet<string>? Regions { get; init; }

    /// <summary>Keys and values of the cluster's tags; compared case-sensitively.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public bool Matches(ClusterReference cluster, IReadOnlyDictionary<string, string> tags) =>
        MatchesPlace(cluster) && Tags.All(tag => tags.GetValueOrDefault(tag.Key) == tag.Value);

    /// <summary>By account and region alone, which the member cannot change.</summary>
    public bool MatchesPlace(ClusterReference cluster) =>
        Accounts?.Contains(cluster.AccountId) != false && Regions?.Contains(cluster.Region) != false;
}

/// <summary>The workspace and the trust mode of a cluster.</summary>
/// <param name="TrustMode">One of <see cref="TrustModes"/>, <c>auto</c> too.</param>
public sealed record RoutedWorkspace(string WorkspaceArn, string TrustMode);
