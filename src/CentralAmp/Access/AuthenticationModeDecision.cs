using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Access;

/// <summary>What to do about a cluster that uses only its ConfigMap.</summary>
public enum AuthenticationModeDelta
{
    /// <summary>The cluster supports access entries already.</summary>
    None,
    Switch,

    /// <summary>The switch is running.</summary>
    Wait,
}

/// <summary>Decides about the switch of the mode. Pure.</summary>
public static class AuthenticationModeDecision
{
    /// <summary>Reads of an ACTIVE cluster that is still not switched. Reads of an UPDATING cluster do not count. EKS is consistent within seconds.</summary>
    public const int MostReads = 15;

    /// <param name="reads">How often this execution found the cluster not switched.</param>
    /// <param name="update">The current state of the update that this execution started.</param>
    /// <exception cref="BlockedException">The cluster may not be switched, or EKS did not switch it.</exception>
    public static AuthenticationModeDelta Decide(
        ClusterReference cluster, string mode, bool switches, bool dryRun, int reads, ModeUpdate? update)
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
                $"The {cluster} has authentication mode {mode}; an execution without dryRun switches it to API_AND_CONFIG_MAP, which cannot be undone.",
                "Execute without dryRun, or set SwitchConfigMapClusters to false.");
        }

        return (reads, update) switch
        {
            (>= MostReads, _) => throw Failed(cluster, $"after {MostReads} reads EKS still returns {mode}"),
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
