using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Sweep;

/// <summary>The cluster that CentralAmp's tags on a resource name.</summary>
public sealed record ResourceOwner(ClusterReference Cluster, long CreatedAt, string? Issuer);

/// <summary>
/// Decides whether the tags of a resource prove anything. Whoever administers an account can write any tag there, so an account speaks for its own
/// clusters only, and name and tags of a resource must agree. Pure.
/// </summary>
public static class OrphanProof
{
    private const string Remedy =
        "Find out who made them: CentralAmp did not, or it no longer knows their clusters. Delete them by hand if no workload needs them; CentralAmp does nothing with them.";

    public static bool IsUntagged(TaggedResource resource) => !resource.Tags.ContainsKey(TrustTags.ClusterArn);

    /// <param name="memberAccount">The account of the resource; null for the hub, whose resources may be of any account's cluster.</param>
    /// <returns>The cluster; or null, and why the resource proves nothing.</returns>
    public static (ResourceOwner? Owner, string? Doubt) Of(TaggedResource resource, string? memberAccount) => OwnerOf(resource) switch
    {
        null => (null, $"the tags of {resource.Arn} name no cluster"),
        var owner when memberAccount is not null && owner.Cluster.AccountId != memberAccount =>
            (null, $"{resource.Arn} names {owner.Cluster}, a cluster of another account"),
        var owner when resource.Kind == ResourceKind.Role && NameOf(resource.Arn) != IngestRole.Name(owner.Cluster, owner.CreatedAt) =>
            (null, $"{resource.Arn} does not have the name of the role of {owner.Cluster}"),
        var owner when resource.Kind == ResourceKind.Provider && (owner.Issuer is null || DesiredTrust.IssuerName(owner.Issuer) != ProviderName(resource.Arn)) =>
            (null, $"{resource.Arn} is not the provider of the issuer that its tag names"),
        var owner => (owner, null),
    };

    /// <summary>One report of an account, however many resources it has.</summary>
    public static UnprovenResources Report(string accountId, SweepReference sweep, OrphanLedger ledger) => new(
        accountId,
        sweep.Id,
        ledger.Unproven,
        $"{ledger.Unproven} roles or providers of account {accountId} have CentralAmp's tags, but nothing proves that they are CentralAmp's; for example, {ledger.Example}.",
        Remedy);

    private static ResourceOwner? OwnerOf(TaggedResource resource)
    {
        if (!long.TryParse(resource.Tags.GetValueOrDefault(TrustTags.CreatedAt), NumberStyles.None, CultureInfo.InvariantCulture, out var createdAt))
        {
            return null;
        }

        try
        {
            return new ResourceOwner(ClusterArn.Parse(resource.Tags[TrustTags.ClusterArn]), createdAt, resource.Tags.GetValueOrDefault(TrustTags.Issuer));
        }
        catch (BlockedException)
        {
            // CentralAmp did not write these tags: they contain no valid ARN.
            return null;
        }
    }

    private static string NameOf(string roleArn) => roleArn[(roleArn.LastIndexOf('/') + 1)..];

    private static string ProviderName(string arn) => arn.Split(":oidc-provider/", 2)[^1];
}

public enum OrphanNext
{
    /// <summary>Of a registered cluster.</summary>
    None,

    /// <summary>Of a cluster that the registry has no item of, or only an item that an orphan created.</summary>
    Register,

    /// <summary>In a member account, of a cluster that neither the registry nor the hub knows: only a report.</summary>
    Distrust,

    /// <summary>Of an offboarded or opted-out cluster: the next step depends on whether that cluster still exists.</summary>
    DescribeCluster,

    /// <summary>Of an offboarded cluster that is gone: another offboarding removes it.</summary>
    Offboard,

    /// <summary>It is CentralAmp's but no offboarding would remove it: an operator must delete it.</summary>
    Report,
}

/// <summary>Decides what to do with a resource that its tags, name and account prove to be of a cluster. Pure.</summary>
public static class OrphanDecider
{
    /// <summary>
    /// Offboarding removes the ingest role last, so every cluster of which anything remains has a role in the hub, whose trust policy shows the rest. A
    /// member account therefore registers nothing.
    /// </summary>
    public static OrphanNext Decide(FleetItem? known, bool isHub) => known switch
    {
        null or { IsPlaceholder: true } => isHub ? OrphanNext.Register : OrphanNext.Distrust,
        { IsNewer: true } => OrphanNext.None,
        { IsOrphan: true } => isHub ? OrphanNext.Register : OrphanNext.None,
        { Item.State: Outcome.OptedOut or Outcome.Offboarded } => OrphanNext.DescribeCluster,
        _ => OrphanNext.None,
    };

    /// <summary>For a resource of an offboarded or opted-out cluster. A provider in a living cluster's account stays: other workloads may use it.</summary>
    public static OrphanNext Decide(TaggedResource resource, ResourceOwner owner, bool isGone) => (resource.Kind, isGone) switch
    {
        (_, true) => OrphanNext.Offboard,
        (ResourceKind.Provider, _) when AccountOf(resource.Arn) == owner.Cluster.AccountId => OrphanNext.None,
        _ => OrphanNext.Report,
    };

    /// <summary>A registry item of the cluster as far as its resource in the hub shows. Offboarding reads the trust mode from the ingest role.</summary>
    public static RegistryItem ItemOf(TaggedResource resource, ResourceOwner owner, HubSettings settings) => new()
    {
        ClusterArn = owner.Cluster.Arn,
        CreatedAt = owner.CreatedAt,
        State = Outcome.Failed,
        Cause = Causes.ResourceOrphaned,
        Sentence = $"{resource.Arn} exists for {owner.Cluster}, which was not registered.",
        Remedy = "None: CentralAmp offboards the cluster if two successive sweeps do not find it, and onboards it again if they do.",
        Issuer = owner.Issuer,
        TrustMode = TrustModes.Direct,
        RoleArn = IngestRole.Arn(owner.Cluster, IngestRole.Name(owner.Cluster, owner.CreatedAt), settings),
    };

    public static Inspection FindingOf(string resourceArn, OrphanNext next) => new(
        next == OrphanNext.Offboard ? Finding.Gone : Finding.Unchanged,
        $"It was offboarded, but {resourceArn} remains.",
        Causes.ResourceOrphaned,
        next == OrphanNext.Offboard ? "None: CentralAmp offboards it again." : "Delete it by hand if no workload needs it: no offboarding removes it.");

    private static string AccountOf(string arn) => arn.Split(':')[4];
}
