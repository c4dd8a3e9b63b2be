using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Sweep;

/// <summary>The cluster that our tags name on a resource.</summary>
public sealed record ResourceOwner(ClusterReference Cluster, long CreatedAt, string? Issuer);

public enum OrphanNext
{
    /// <summary>Not ours, or of a cluster that is at home in the registry.</summary>
    None,

    /// <summary>Of a cluster that the registry does not know, or knows by what is left of it alone.</summary>
    Register,

    /// <summary>Left of a cluster that was let go: it matters whether that is gone.</summary>
    AskForCluster,

    /// <summary>Left of a cluster that is gone: an offboarding takes it back.</summary>
    TakeBack,

    /// <summary>Our tags where no step of CentralAmp looks: a person deletes it.</summary>
    Report,
}

/// <summary>Whether something of ours has no cluster. Pure.</summary>
public static class OrphanDecider
{
    /// <summary>Null if the tags are not ours, or name no cluster.</summary>
    public static ResourceOwner? OwnerOf(TaggedResource resource)
    {
        if (!resource.Tags.TryGetValue(TrustTags.ClusterArn, out var arn)
            || !long.TryParse(resource.Tags.GetValueOrDefault(TrustTags.CreatedAt), NumberStyles.None, CultureInfo.InvariantCulture, out var createdAt))
        {
            return null;
        }

        try
        {
            return new ResourceOwner(ClusterArn.Parse(arn), createdAt, resource.Tags.GetValueOrDefault(TrustTags.Issuer));
        }
        catch (BlockedException)
        {
            // Someone else's idea of our tags.
            return null;
        }
    }

    public static OrphanNext Decide(TaggedResource resource, ResourceOwner owner, FleetItem? known) => known switch
    {
        null or { IsPlaceholder: true } => OrphanNext.Register,
        { IsNewer: true } => OrphanNext.None,
        { Item: { State: Outcome.Failed, Cause: Causes.ResourceOrphaned } } => OrphanNext.Register,
        { Item.State: Outcome.OptedOut or Outcome.Offboarded } => OrphanNext.AskForCluster,
        _ => OrphanNext.None,
    };

    /// <summary>Of a cluster that was let go. A provider in the account of a living one stays: others may rely on it by now.</summary>
    public static OrphanNext Decide(TaggedResource resource, ResourceOwner owner, bool isGone) => (resource.Kind, isGone) switch
    {
        (ResourceKind.Role, _) when !resource.Arn.EndsWith($"/{IngestRole.Name(owner.Cluster, owner.CreatedAt)}", StringComparison.Ordinal) => OrphanNext.Report,
        (_, true) => OrphanNext.TakeBack,
        (ResourceKind.Provider, _) when AccountOf(resource.Arn) == owner.Cluster.AccountId => OrphanNext.None,
        _ => OrphanNext.Report,
    };

    /// <summary>What is known of the cluster by its resource alone.</summary>
    public static RegistryItem ItemOf(TaggedResource resource, ResourceOwner owner, HubSettings settings)
    {
        var account = AccountOf(resource.Arn);
        var isCollectorRole = resource.Kind == ResourceKind.Role && account != settings.HubAccountId;
        return new RegistryItem
        {
            ClusterArn = owner.Cluster.Arn,
            CreatedAt = owner.CreatedAt,
            State = Outcome.Failed,
            Cause = Causes.ResourceOrphaned,
            Sentence = $"There is {resource.Arn} for {owner.Cluster}, which the registry did not know.",
            Remedy = "None: it is offboarded if two successive sweeps do not find the cluster, and onboarded again if they do.",
            Issuer = owner.Issuer,
            TrustMode = isCollectorRole || (resource.Kind == ResourceKind.Provider && account != settings.HubAccountId) ? TrustModes.Chained : TrustModes.Direct,
            RoleArn = IngestRole.Arn(owner.Cluster, IngestRole.Name(owner.Cluster, owner.CreatedAt), settings),
            CollectorRoleArn = isCollectorRole ? resource.Arn : null,
        };
    }

    public static Inspection FindingOf(TaggedResource resource, OrphanNext next) => new(
        next == OrphanNext.TakeBack ? Finding.Gone : Finding.Unchanged,
        $"It was let go, and {resource.Arn} is left of it.",
        Causes.ResourceOrphaned,
        next == OrphanNext.TakeBack ? "None: it is offboarded again." : "Delete it by hand, if nobody needs it: CentralAmp would not have made it there.");

    private static string AccountOf(string arn) => arn.Split(':')[4];
}
