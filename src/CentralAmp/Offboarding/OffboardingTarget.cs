using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Settings;

namespace CentralAmp.Offboarding;

/// <summary>The input of the decision.</summary>
/// <param name="Observed">Null if EKS reports no such cluster, or if it could not be described for the reason in <paramref name="Unreached"/>.</param>
/// <param name="Items">The registry items of all clusters that have or had this ARN, oldest first.</param>
internal sealed record OffboardingObservation(
    OffboardingInput Input,
    ObservedCluster? Observed,
    BlockedException? Unreached,
    IReadOnlyList<RegistryItem> Items,
    TimeSpan SinceStart,
    HubSettings Settings)
{
    /// <summary>When the execution was started.</summary>
    public DateTimeOffset RequestedAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>An onboarding that ran at the same time created the access entry of an offboarded cluster again.</summary>
    public bool EntryIsBack { get; init; }
}

/// <summary>Decides which cluster of the ARN is offboarded, one per execution, and how. Pure.</summary>
internal static class OffboardingTarget
{
    /// <exception cref="BlockedException">The cluster cannot be described, so it is unknown which one the input means.</exception>
    public static ResolveOffboardingResult Decide(OffboardingObservation observation)
    {
        if (CreatedAtOf(observation) is not { } createdAt)
        {
            return observation.Unreached is null
                ? Nothing(observation, new RegistryItem { ClusterArn = observation.Input.Cluster.Arn, CreatedAt = 0 }, "the registry has no item of a deleted cluster of that name")
                : throw observation.Unreached;
        }

        var item = observation.Items.FirstOrDefault(item => item.CreatedAt == createdAt)
            ?? new RegistryItem { ClusterArn = observation.Input.Cluster.Arn, CreatedAt = createdAt };
        return (observation.Observed, observation.Unreached) switch
        {
            (_, { } unreached) => Living(observation, item) with { Unreached = unreached.Message },
            ({ } observed, _) when observed.CreatedAt == createdAt => OfLiving(observation, observed, item),
            _ => Result(observation, item, OffboardingNext.Offboard, ClusterPresence.Gone, "it is gone"),
        };
    }

    private static long? CreatedAtOf(OffboardingObservation observation) => observation switch
    {
        { Input.CreatedAt: { } given } => given,
        // A late event may be about an earlier cluster than the one that exists now.
        { Unreached: not null, Input.Reason: OffboardingReason.Deleted } => null,
        { Unreached: not null } => Open(observation).ToList() is [var only] ? only.CreatedAt : null,
        { Input.Reason: OffboardingReason.Deleted } => Gone(observation) ?? (observation.Observed is { Status: "DELETING" } deleting ? deleting.CreatedAt : null),
        _ => observation.Observed?.CreatedAt ?? Gone(observation),
    };

    /// <summary>The oldest cluster whose item is open. If all are closed and no cluster exists, the last one: a managed resource may remain.</summary>
    private static long? Gone(OffboardingObservation observation) =>
        Open(observation).FirstOrDefault(item => item.CreatedAt != observation.Observed?.CreatedAt)?.CreatedAt
        ?? (observation is { Observed: null, Items: [.., var last] } ? last.CreatedAt : null);

    private static IEnumerable<RegistryItem> Open(OffboardingObservation observation) => observation.Items.Where(item => !item.IsTombstone);

    private static ResolveOffboardingResult OfLiving(OffboardingObservation observation, ObservedCluster observed, RegistryItem item)
    {
        if (observed.Status == "DELETING")
        {
            return observation.SinceStart < observation.Settings.ActiveLimit
                ? Living(observation, item) with { Next = OffboardingNext.Wait, WaitSeconds = (int)Polling.Wait(observation.SinceStart, observation.Settings.ActivePoll).TotalSeconds }
                : Living(observation, item) with { Unreached = StillDeleting(observation).Message };
        }

        if (WhyItStays(observation, observed, item) is { } why)
        {
            return Nothing(observation, item, why);
        }

        try
        {
            return Living(observation, item) with { Described = ClusterAdmission.Connectable(observation.Input.Cluster, observed) };
        }
        catch (BlockedException notConnectable)
        {
            return Living(observation, item) with { Unreached = notConnectable.Message };
        }
    }

    private static string? WhyItStays(OffboardingObservation observation, ObservedCluster observed, RegistryItem item) => observation.Input.Reason switch
    {
        _ when item is { IsTombstone: true, Late: null } && !observation.EntryIsBack => "it was offboarded before",
        OffboardingReason.Swept or OffboardingReason.Deleted => "the cluster exists",
        OffboardingReason.Manual when observed.CreatedAt > observation.RequestedAt.ToUnixTimeMilliseconds() => "the cluster is newer than this execution",
        OffboardingReason.Manual when item.RequestedAt > observation.RequestedAt => "somebody has asked for its onboarding after this execution was started",
        OffboardingReason.OptedOut when !ClusterTags.OptsOut(observation.Input.Cluster, observed.Tags, observation.Settings.OnboardByDefault) =>
            "its tags do not opt out",
        OffboardingReason.OptedOut when !item.MayHaveTraces => "it opted out, and CentralAmp has removed everything",
        _ => null,
    };

    private static BlockedException StillDeleting(OffboardingObservation observation) => new(
        Causes.ClusterDeleting,
        $"The {observation.Input.Cluster} is still being deleted {Math.Round(observation.SinceStart.TotalMinutes)} minutes after the execution started.",
        "Check in EKS why the deletion does not end. When the cluster is gone, the second sweep that does not find it removes the rest.");

    private static ResolveOffboardingResult Living(OffboardingObservation observation, RegistryItem item) =>
        Result(observation, item, OffboardingNext.Offboard, ClusterPresence.Living, "the cluster exists");

    private static ResolveOffboardingResult Nothing(OffboardingObservation observation, RegistryItem item, string why) => Result(
        observation,
        item,
        OffboardingNext.Nothing,
        observation.Observed?.CreatedAt == item.CreatedAt ? ClusterPresence.Living : ClusterPresence.Gone,
        $"CentralAmp removes nothing, because {why}");

    private static ResolveOffboardingResult Result(
        OffboardingObservation observation, RegistryItem item, OffboardingNext next, ClusterPresence presence, string why) => new()
    {
        Next = next,
        Sentence = $"Of {observation.Input.Cluster} ({observation.Input.Reason}): {why}.",
        Cluster = observation.Input.Cluster,
        // An opt-out that comes while an operator's offboarding is not complete does not make it one that the next opt-in undoes.
        Reason = observation.Input.Reason == OffboardingReason.OptedOut && item is { State: Outcome.Offboarding, Reason: OffboardingReason.Manual }
            ? OffboardingReason.Manual
            : observation.Input.Reason,
        Presence = presence,
        Described = new ClusterDescription { Next = ClusterNext.Offboarded, CreatedAt = item.CreatedAt },
        Registered = RegisteredTrust.Of(item),
    };
}
