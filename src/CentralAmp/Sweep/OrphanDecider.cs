using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Sweep;

/// <summary>The cluster that CentralAmp's tags on a resource name.</summary>
public sealed record ResourceOwner(ClusterReference Cluster, long CreatedAt, string? Issuer);

public enum OrphanNext
{
    /// <summary>Not managed by CentralAmp, or of a registered cluster.</summary>
    None,

    /// <summary>Of a cluster that the registry has no item of, or only an item that an orphan created.</summary>
    Register,

    /// <summary>Of an offboarded or opted-out cluster: the next step depends on whether that cluster still exists.</summary>
    DescribeCluster,

    /// <summary>Of an offboarded cluster that is gone: another offboarding removes it.</summary>
    Offboard,

    /// <summary>It has CentralAmp's tags but no offboarding would remove it: an operator must delete it.</summary>
    Report,
}

/// <summary>Decides whether a resource with CentralAmp's tags is an orphan. Pure.</summary>
public static class OrphanDecider
{
    /// <summary>Null if the resource does not have CentralAmp's tags, or if they name no cluster.</summary>
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
            // CentralAmp did not write these tags: they contain no valid ARN.
            return null;
        }
    }

    public static OrphanNext Decide(TaggedResource resource, ResourceOwner owner, FleetItem? known) => known switch
    {
        null or { IsPlaceholder: true } => OrphanNext.Register,
        { IsNewer: true } => OrphanNext.None,
        { Item: { State: Outcome.Failed, Cause: Causes.ResourceOrphaned } } => OrphanNext.Register,
        { Item.State: Outcome.OptedOut or Outcome.Offboarded } => OrphanNext.DescribeCluster,
        _ => OrphanNext.None,
    };

    /// <summary>For a resource of an offboarded or opted-out cluster. A provider in a living cluster's account stays: other workloads may use it.</summary>
    public static OrphanNext Decide(TaggedResource resource, ResourceOwner owner, bool isGone) => (resource.Kind, isGone) switch
    {
        (ResourceKind.Role, _) when !resource.Arn.EndsWith($"/{IngestRole.Name(owner.Cluster, owner.CreatedAt)}", StringComparison.Ordinal) => OrphanNext.Report,
        (_, true) => OrphanNext.Offboard,
        (ResourceKind.Provider, _) when AccountOf(resource.Arn) == owner.Cluster.AccountId => OrphanNext.None,
        _ => OrphanNext.Report,
    };

    /// <summary>A registry item of the cluster as far as its resource shows.</summary>
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
            Sentence = $"{resource.Arn} exists for {owner.Cluster}, which was not registered.",
            Remedy = "None: CentralAmp offboards the cluster if two successive sweeps do not find it, and onboards it again if they do.",
            Issuer = owner.Issuer,
            TrustMode = isCollectorRole || (resource.Kind == ResourceKind.Provider && account != settings.HubAccountId) ? TrustModes.Chained : TrustModes.Direct,
            RoleArn = IngestRole.Arn(owner.Cluster, IngestRole.Name(owner.Cluster, owner.CreatedAt), settings),
            CollectorRoleArn = isCollectorRole ? resource.Arn : null,
        };
    }

    public static Inspection FindingOf(TaggedResource resource, OrphanNext next) => new(
        next == OrphanNext.Offboard ? Finding.Gone : Finding.Unchanged,
        $"It was offboarded, but {resource.Arn} remains.",
        Causes.ResourceOrphaned,
        next == OrphanNext.Offboard ? "None: CentralAmp offboards it again." : "Delete it by hand if no workload needs it: no offboarding removes it.");

    private static string AccountOf(string arn) => arn.Split(':')[4];
}
