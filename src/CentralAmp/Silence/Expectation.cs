using CentralAmp.Clusters;
using CentralAmp.Registry;

namespace CentralAmp.Silence;

/// <summary>Whether a cluster should be heard of in its workspace. Pure.</summary>
public static class Expectation
{
    /// <summary>
    /// Onboarded (it has a role) and not let go: it should send, whether it ever did or not. Blocked or failed before there was any trust is
    /// for the alarms of onboarding; one that waits for its first collector is silent with good reason.
    /// </summary>
    public static bool IsExpected(RegistryItem item) => item is { RoleArn: not null, WorkspaceArn: not null } && item.State switch
    {
        Outcome.Verified or Outcome.Unhealthy or Outcome.RolledBack or Outcome.Blocked or Outcome.Failed => true,
        Outcome.Parked => item.VerifiedAt is not null,
        _ => false,
    };

    /// <summary>
    /// What the workspaces are told of some items, told apart by workspace. Of those of one ARN (a recreated cluster) the living one speaks.
    /// One that was let go is spoken of as long as an earlier word may stand.
    /// </summary>
    /// <param name="since">What was let go before is forgotten by the workspace.</param>
    public static IEnumerable<(string WorkspaceArn, ClusterReference Cluster, bool Expected)> Of(IEnumerable<RegistryItem> items, DateTimeOffset since) =>
        items
            .Where(item => item.WorkspaceArn is not null && (IsExpected(item) || IsLetGo(item, since)))
            .GroupBy(item => (item.WorkspaceArn, item.ClusterArn))
            .Select(group => (group.Key.WorkspaceArn!, ClusterArn.Parse(group.Key.ClusterArn), group.Any(IsExpected)));

    private static bool IsLetGo(RegistryItem item, DateTimeOffset since) =>
        item.State is Outcome.Offboarding or Outcome.Offboarded or Outcome.OptedOut && item.UpdatedAt >= since;
}
