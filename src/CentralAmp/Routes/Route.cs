using CentralAmp.Clusters;

namespace CentralAmp.Routes;

/// <summary>One rule that picks a workspace. A selector that is absent lets every cluster through; all that are given must match.</summary>
public sealed record Route
{
    public required string Name { get; init; }

    public required string WorkspaceArn { get; init; }

    /// <summary>Absent: the default of the installation.</summary>
    public string? TrustMode { get; init; }

    public IReadOnlySet<string>? Accounts { get; init; }

    public IReadOnlySet<string>? Regions { get; init; }

    /// <summary>Keys and values as they stand on the cluster, to the letter.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public bool Matches(ClusterReference cluster, IReadOnlyDictionary<string, string> tags) =>
        Accounts?.Contains(cluster.AccountId) != false
        && Regions?.Contains(cluster.Region) != false
        && Tags.All(tag => tags.GetValueOrDefault(tag.Key) == tag.Value);
}

/// <summary>Where a cluster belongs.</summary>
/// <param name="TrustMode">One of <see cref="TrustModes"/>, <c>auto</c> too.</param>
public sealed record RoutedWorkspace(string WorkspaceArn, string TrustMode);
