using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Access;

/// <summary>What the access entry lacks.</summary>
public enum AccessEntryDelta
{
    None,
    Create,
    UpdateGroups,
}

/// <summary>Decides what to do about the access entry. Pure.</summary>
public static class AccessEntryDecision
{
    /// <summary>The Kubernetes group that our RBAC is bound to.</summary>
    public const string Group = "central-amp";

    public const string ClusterTag = "central-amp:cluster-arn";

    /// <summary>The authentication mode that knows no access entries.</summary>
    public const string OnlyConfigMap = "CONFIG_MAP";

    /// <exception cref="BlockedException">The entry is someone else's and not usable as it is.</exception>
    public static AccessEntryDelta Decide(ClusterReference cluster, string principalArn, ObservedAccessEntry? observed)
    {
        if (observed is null)
        {
            return AccessEntryDelta.Create;
        }

        var managed = IsManaged(cluster, observed);
        var standard = observed.Type == "STANDARD";
        var exact = observed.KubernetesGroups.Count == 1 && observed.KubernetesGroups[0] == Group;
        return (managed, standard) switch
        {
            (_, true) when exact => AccessEntryDelta.None,
            (true, true) => AccessEntryDelta.UpdateGroups,
            // Someone gave the role more groups than we would: theirs to answer for, and enough for us.
            (false, true) when observed.KubernetesGroups.Contains(Group) => AccessEntryDelta.None,
            _ => throw new BlockedException(
                Causes.AccessEntryForeign,
                $"In {cluster} there is an access entry for {principalArn} that CentralAmp did not make: type {observed.Type}, groups [{string.Join(", ", observed.KubernetesGroups)}].",
                standard
                    ? $"aws eks update-access-entry --cluster-name {cluster.Name} --region {cluster.Region} --principal-arn {principalArn} --kubernetes-groups {Group}"
                    : $"aws eks delete-access-entry --cluster-name {cluster.Name} --region {cluster.Region} --principal-arn {principalArn}"),
        };
    }

    /// <summary>Our tag of this cluster is on it.</summary>
    public static bool IsManaged(ClusterReference cluster, ObservedAccessEntry observed) =>
        observed.Tags.TryGetValue(ClusterTag, out var arn) && arn == cluster.Arn;

    /// <summary>Access entries need a mode that knows them; switching it cannot be taken back, so a person does it, or says that we may.</summary>
    /// <exception cref="BlockedException">AuthenticationModeConfigMap, with the one command that helps.</exception>
    public static void RequireAccessEntries(ClusterReference cluster, string authenticationMode)
    {
        if (authenticationMode is not ("API" or "API_AND_CONFIG_MAP"))
        {
            throw new BlockedException(
                Causes.AuthenticationModeConfigMap,
                $"The {cluster} has authentication mode {authenticationMode}, which knows no access entries.",
                $"aws eks update-cluster-config --name {cluster.Name} --region {cluster.Region} --access-config authenticationMode=API_AND_CONFIG_MAP");
        }
    }
}
