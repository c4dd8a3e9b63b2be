using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Access;

/// <summary>What to do about a cluster that knows only its ConfigMap.</summary>
public enum AuthenticationModeDelta
{
    /// <summary>It knows access entries already.</summary>
    None,
    Switch,

    /// <summary>The switch is under way.</summary>
    Wait,
}

/// <summary>Decides about the switch of the mode. Pure.</summary>
public static class AuthenticationModeDecision
{
    /// <summary>Looks at an ACTIVE cluster that is still not switched; while it is UPDATING nobody counts. EKS' views agree within seconds.</summary>
    public const int MostLooks = 15;

    /// <param name="looks">How often this execution found the cluster not switched.</param>
    /// <param name="update">The update that it started, as it is now.</param>
    /// <exception cref="BlockedException">It may not be switched, or could not be.</exception>
    public static AuthenticationModeDelta Decide(
        ClusterReference cluster, string mode, bool switches, bool dryRun, int looks, ModeUpdate? update)
    {
        if (mode != AccessEntryDecision.OnlyConfigMap || !switches)
        {
            AccessEntryDecision.RequireAccessEntries(cluster, mode);
            return AuthenticationModeDelta.None;
        }

        if (dryRun)
        {
            throw new BlockedException(
                Causes.AuthenticationModeConfigMap,
                $"The {cluster} has authentication mode {mode}; a run that is not dry switches it to API_AND_CONFIG_MAP, which cannot be undone.",
                "Execute without dryRun, or set SwitchConfigMapClusters to false.");
        }

        return (looks, update) switch
        {
            (>= MostLooks, _) => throw Failed(cluster, $"after {MostLooks} looks EKS still says {mode}"),
            (_, { Status: "Failed" or "Cancelled" }) => throw Failed(cluster, $"the update is {update.Status} ({update.Errors})"),
            (_, not null) => AuthenticationModeDelta.Wait,
            _ => AuthenticationModeDelta.Switch,
        };
    }

    public static BlockedException Failed(ClusterReference cluster, string why) => new(
        Causes.AuthenticationModeSwitchFailed,
        $"The authentication mode of {cluster} could not be switched to API_AND_CONFIG_MAP: {why}.",
        $"aws eks list-updates --name {cluster.Name} --region {cluster.Region}, then describe-update; the cluster works as before.");
}
