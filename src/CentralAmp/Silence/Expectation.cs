using CentralAmp.Clusters;
using CentralAmp.Registry;

namespace CentralAmp.Silence;

/// <summary>Whether a workspace should expect samples of a cluster. Pure.</summary>
public static class Expectation
{
    /// <summary>
    /// True for a cluster that has a role and was not offboarded, whether it ever sent samples or not. The alarms of onboarding cover clusters
    /// that were blocked or failed before there was trust. A cluster that waits for its first collector is not expected to send.
    /// </summary>
    public static bool IsExpected(RegistryItem item) => item is { RoleArn: not null, WorkspaceArn: not null } && item.State switch
    {
        Outcome.Verified or Outcome.Unhealthy or Outcome.RolledBack or Outcome.Blocked or Outcome.Failed => true,
        Outcome.Parked => item.VerifiedAt is not null,
        _ => false,
    };

    /// <summary>
    /// The expectation for each workspace and cluster. Of several items of one ARN (a recreated cluster) the expected one counts.
    /// An offboarded cluster is included as long as an earlier expectation may be valid.
    /// </summary>
    /// <param name="since">The workspace no longer has expectations from before this time.</param>
    public static IEnumerable<(string WorkspaceArn, ClusterReference Cluster, bool Expected)> Of(IEnumerable<RegistryItem> items, DateTimeOffset since) =>
        items
            .Where(item => item.WorkspaceArn is not null && (IsExpected(item) || WasOffboarded(item, since)))
            .GroupBy(item => (item.WorkspaceArn, item.ClusterArn))
            .Select(group => (group.Key.WorkspaceArn!, ClusterArn.Parse(group.Key.ClusterArn), group.Any(IsExpected)));

    private static bool WasOffboarded(RegistryItem item, DateTimeOffset since) =>
        item.State is Outcome.Offboarding or Outcome.Offboarded or Outcome.OptedOut && item.UpdatedAt >= since;
}
