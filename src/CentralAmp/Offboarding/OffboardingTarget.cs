using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Settings;

namespace CentralAmp.Offboarding;

/// <summary>All that is decided on.</summary>
/// <param name="Observed">Null: EKS says that there is none, or <paramref name="Unreached"/> says why it could not be asked.</param>
/// <param name="Items">Every cluster that had this ARN, as the registry knows them.</param>
internal sealed record OffboardingObservation(
    OffboardingInput Input,
    ObservedCluster? Observed,
    BlockedException? Unreached,
    IReadOnlyList<RegistryItem> Items,
    TimeSpan SinceStart,
    HubSettings Settings)
{
    /// <summary>Of a cluster that was offboarded: an onboarding that was on its way meanwhile left our access entry.</summary>
    public bool EntryIsBack { get; init; }
}

/// <summary>Which of the clusters that had a name is offboarded, one in an execution, and how. Pure.</summary>
internal static class OffboardingTarget
{
    /// <exception cref="BlockedException">The cluster cannot be looked at, and so it is not known which one is meant.</exception>
    public static ResolveOffboardingResult Decide(OffboardingObservation facts)
    {
        if (CreatedAtOf(facts) is not { } createdAt)
        {
            return facts.Unreached is null
                ? Nothing(facts, new RegistryItem { ClusterArn = facts.Input.Cluster.Arn, CreatedAt = 0 }, "the registry knows no cluster of that name that is gone")
                : throw facts.Unreached;
        }

        var item = facts.Items.FirstOrDefault(item => item.CreatedAt == createdAt)
            ?? new RegistryItem { ClusterArn = facts.Input.Cluster.Arn, CreatedAt = createdAt };
        return (facts.Observed, facts.Unreached) switch
        {
            (_, { } unreached) => Living(facts, item) with { Unreached = unreached.Message },
            ({ } observed, _) when observed.CreatedAt == createdAt => OfLiving(facts, observed, item),
            _ => Result(facts, item, OffboardingNext.Offboard, ClusterPresence.Gone, "it is gone"),
        };
    }

    private static long? CreatedAtOf(OffboardingObservation facts) => facts switch
    {
        { Input.CreatedAt: { } given } => given,
        // An event that comes late may be of a cluster before the one that is there now.
        { Unreached: not null, Input.Reason: OffboardingReason.Deleted } => null,
        { Unreached: not null } => Open(facts).ToList() is [var only] ? only.CreatedAt : null,
        { Input.Reason: OffboardingReason.Deleted } => Gone(facts) ?? (facts.Observed is { Status: "DELETING" } deleting ? deleting.CreatedAt : null),
        _ => facts.Observed?.CreatedAt ?? Gone(facts),
    };

    /// <summary>The oldest that is not closed; if all are, and no cluster is there, the last: it may have left something while it lived.</summary>
    private static long? Gone(OffboardingObservation facts) =>
        Open(facts).FirstOrDefault(item => item.CreatedAt != facts.Observed?.CreatedAt)?.CreatedAt
        ?? (facts is { Observed: null, Items: [.., var last] } ? last.CreatedAt : null);

    private static IEnumerable<RegistryItem> Open(OffboardingObservation facts) => facts.Items.Where(item => !item.IsTombstone);

    private static ResolveOffboardingResult OfLiving(OffboardingObservation facts, ObservedCluster observed, RegistryItem item)
    {
        if (observed.Status == "DELETING")
        {
            return facts.SinceStart < facts.Settings.ActiveLimit
                ? Living(facts, item) with { Next = OffboardingNext.Wait, WaitSeconds = (int)facts.Settings.ActivePoll.TotalSeconds }
                : Living(facts, item) with { Unreached = StillDeleting(facts).Message };
        }

        if (WhyItStays(facts, observed, item) is { } why)
        {
            return Nothing(facts, item, why);
        }

        try
        {
            return Living(facts, item) with { Described = ClusterAdmission.Enterable(facts.Input.Cluster, observed) };
        }
        catch (BlockedException notEnterable)
        {
            return Living(facts, item) with { Unreached = notEnterable.Message };
        }
    }

    private static string? WhyItStays(OffboardingObservation facts, ObservedCluster observed, RegistryItem item) => facts.Input.Reason switch
    {
        _ when item.IsTombstone && !facts.EntryIsBack => "it was offboarded before",
        OffboardingReason.Swept or OffboardingReason.Deleted => "the cluster lives",
        OffboardingReason.OptedOut when !ClusterTags.OptsOut(facts.Input.Cluster, observed.Tags, facts.Settings.OnboardByDefault) =>
            "its tags do not opt out (any more)",
        OffboardingReason.OptedOut when !item.MayHaveTraces => "it opted out, and nothing of CentralAmp is left",
        _ => null,
    };

    private static BlockedException StillDeleting(OffboardingObservation facts) => new(
        Causes.ClusterDeleting,
        $"The {facts.Input.Cluster} is still being deleted {Math.Round(facts.SinceStart.TotalMinutes)} minutes after the execution began.",
        "See in EKS what it waits for; when it is gone, sweeps take back the rest (the second one that misses it).");

    private static ResolveOffboardingResult Living(OffboardingObservation facts, RegistryItem item) =>
        Result(facts, item, OffboardingNext.Offboard, ClusterPresence.Living, "the cluster lives");

    private static ResolveOffboardingResult Nothing(OffboardingObservation facts, RegistryItem item, string why) => Result(
        facts,
        item,
        OffboardingNext.Nothing,
        facts.Observed?.CreatedAt == item.CreatedAt ? ClusterPresence.Living : ClusterPresence.Gone,
        $"nothing is taken back, because {why}");

    private static ResolveOffboardingResult Result(
        OffboardingObservation facts, RegistryItem item, OffboardingNext next, ClusterPresence presence, string why) => new()
    {
        Next = next,
        Sentence = $"Of {facts.Input.Cluster} ({facts.Input.Reason}): {why}.",
        Cluster = facts.Input.Cluster,
        Reason = facts.Input.Reason,
        Presence = presence,
        Described = new ClusterDescription { Next = ClusterNext.Offboarded, CreatedAt = item.CreatedAt },
        Registered = RegisteredTrust.Of(item),
    };
}
