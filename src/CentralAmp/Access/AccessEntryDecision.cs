using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Access;

/// <summary>The difference between the access entry and the desired one.</summary>
public enum AccessEntryDelta
{
    None,
    Create,
    UpdateGroups,
}

/// <summary>Decides about the access entry. Pure.</summary>
public static class AccessEntryDecision
{
    /// <summary>The Kubernetes group that CentralAmp's RBAC is bound to.</summary>
    public const string Group = "central-amp";

    public const string ClusterTag = "central-amp:cluster-arn";

    /// <summary>The authentication mode without access entries.</summary>
    public const string OnlyConfigMap = "CONFIG_MAP";

    /// <exception cref="BlockedException">Another owner created the entry, and CentralAmp cannot use it as it is.</exception>
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
            // Another owner gave the role further groups. The entry has the group that CentralAmp needs.
            (false, true) when observed.KubernetesGroups.Contains(Group) => AccessEntryDelta.None,
            _ => throw new BlockedException(
                Causes.AccessEntryForeign,
                $"In {cluster} there is an access entry for {principalArn} that CentralAmp did not create: type {observed.Type}, groups [{string.Join(", ", observed.KubernetesGroups)}].",
                standard
                    ? $"aws eks update-access-entry --cluster-name {cluster.Name} --region {cluster.Region} --principal-arn {principalArn} --kubernetes-groups {Group}"
                    : $"aws eks delete-access-entry --cluster-name {cluster.Name} --region {cluster.Region} --principal-arn {principalArn}"),
        };
    }

    /// <summary>The entry has CentralAmp's tag with this cluster's ARN.</summary>
    public static bool IsManaged(ClusterReference cluster, ObservedAccessEntry observed) =>
        observed.Tags.TryGetValue(ClusterTag, out var arn) && arn == cluster.Arn;

    /// <summary>Access entries need a mode that supports them. Switching cannot be undone, so an operator does it, or allows it by parameter.</summary>
    /// <exception cref="BlockedException">AuthenticationModeConfigMap, with the one command that helps.</exception>
    public static void RequireAccessEntries(ClusterReference cluster, string authenticationMode)
    {
        if (authenticationMode is not ("API" or "API_AND_CONFIG_MAP"))
        {
            throw new BlockedException(
                Causes.AuthenticationModeConfigMap,
                $"The {cluster} has authentication mode {authenticationMode}, which supports no access entries.",
                $"aws eks update-cluster-config --name {cluster.Name} --region {cluster.Region} --access-config authenticationMode=API_AND_CONFIG_MAP");
        }
    }
}
