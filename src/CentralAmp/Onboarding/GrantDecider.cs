using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Settings;

namespace CentralAmp.Onboarding;

/// <summary>What becomes of the grant for a workspace that a cluster's route has left.</summary>
/// <param name="Former">Null if there is no such grant: what the registry records of one is outdated.</param>
/// <param name="IsDue">The grant goes now, whatever the cluster does.</param>
public sealed record GrantDecision(FormerGrant? Former, bool IsDue)
{
    public static readonly GrantDecision None = new(Former: null, IsDue: false);
}

/// <summary>
/// A route is a revocation. The grant for the former workspace stays until the new one is verified, so that no sample is lost, but never for longer than a
/// limit: otherwise the cluster's administrator, who can prevent every delivery, would keep it. If account and region exclude the former workspace, it goes
/// at once. Pure.
/// </summary>
internal static class GrantDecider
{
    private const string StillGrantedPrefix = " Still granted: ";

    /// <param name="routed">The workspace of the cluster's route; null if its tags could not be read.</param>
    /// <param name="verified">The workspace that the tag of the ingest role names; null if it was not read.</param>
    /// <returns>Null if nothing is known: what is recorded stays.</returns>
    public static GrantDecision? Decide(ClusterReference cluster, RegistryItem? item, string? routed, string? verified, HubSettings settings, DateTimeOffset now)
    {
        if (item is null or { State: null or Outcome.OptedOut or Outcome.Offboarding or Outcome.Offboarded } || settings.Routes.Errors.Count > 0)
        {
            return null;
        }

        // A cluster that was offboarded before has the workspace of that time, but no role.
        if ((item.FormerWorkspaceArn ?? verified ?? (item.RoleArn is null ? null : item.WorkspaceArn)) is not { } former || former == routed)
        {
            return routed is null ? null : GrantDecision.None;
        }

        var isPossible = IsPossible(cluster, former, settings);
        if (routed is null && isPossible && item.FormerWorkspaceArn is null)
        {
            return null;
        }

        var since = item.FormerWorkspaceArn is null ? now : item.RouteLeftAt ?? now;
        return new GrantDecision(new FormerGrant(former, since), !isPossible || now - since >= settings.OldGrantMax);
    }

    /// <summary>A route could give the cluster this workspace if it had other tags.</summary>
    public static bool IsPossible(ClusterReference cluster, string workspaceArn, HubSettings settings) =>
        settings.Routes.PossibleFor(cluster, settings.WorkspaceArn).Contains(workspaceArn);

    /// <summary>The last part of the outcome's sentence, so that <see cref="Revoked"/> can replace it.</summary>
    public static string StillGranted(FormerGrant? former, TimeSpan limit) => former is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"{StillGrantedPrefix}{former.WorkspaceArn}, which its route left before {former.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z; this grant ends when the new workspace is verified, else by the first onboarding or sweep after {(former.Since + limit).UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.");

    public static string Revoked(string workspaceArn) =>
        $" The grant for {workspaceArn}, which its route has left, was removed; the collector keeps running, and the workspace refuses its samples (403).";

    /// <summary>The sentence of the item without its part about the grant.</summary>
    public static string WithoutGrant(string? sentence) =>
        sentence?.IndexOf(StillGrantedPrefix, StringComparison.Ordinal) is >= 0 and var at ? sentence[..at] : sentence ?? "";
}
