using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Choice;

/// <summary>Makes the plan from the observed state. Pure: no I/O, no clock.</summary>
internal static class OnboardingDecider
{
    /// <returns>The plan, or why an operator must act first.</returns>
    public static (OnboardingPlan? Plan, Failure? Refusal) Decide(PlanObservation observation) => DeliveryChoice.Of(observation) switch
    {
        (var delivery, null) => Deliver(observation, DeliveryCatalogue.Find(delivery).Plan(observation, Replaced.By(observation, delivery))),
        (var delivery, { Kind: FailureKind.NotReady } finding) => (Park(observation, delivery, finding), null),
        (_, var refusal) => (null, refusal),
    };

    private static (OnboardingPlan? Plan, Failure? Refusal) Deliver(PlanObservation observation, PlannedDelivery planned)
    {
        if ((planned.Refusal ?? Replaced.TooMany(observation, planned.Replaces)) is { } refusal)
        {
            return (null, refusal);
        }

        // The values are written down already: CentralAmp only waits for an operator to merge them.
        if (planned is { Change: Change.Unchanged, WaitsFor: { } waiting })
        {
            return (Park(observation, planned.Delivery, waiting), null);
        }

        return (Plan(observation, planned.Delivery) with
        {
            Next = observation.DryRun ? PlanNext.Stop : PlanNext.Deliver,
            Stop = observation.DryRun ? PlanStop.DryRun : PlanStop.None,
            WaitSeconds = planned.WaitsFor is null ? 0 : WaitSeconds(observation),
            Sentence = IsUnfinished(observation, planned) ? $"{planned.Sentence}; an earlier execution has begun this delivery and not finished it" : planned.Sentence,
            Collector = planned.Collector,
            ServiceAccountUid = planned.Delivery == DeliveryNames.Prometheus ? observation.ServiceAccount?.Uid : null,
            NamespaceUid = Ownership.IsNamespaceManaged(observation) ? observation.Managed.NamespaceUid : null,
            KnownNamespaceUid = observation.Facts.NamespaceUid,
            Gone = GoneFacts.Of(observation),
            Replaces = planned.Replaces,
            Change = IsUnfinished(observation, planned) ? Change.Updated : planned.Change,
            Monitors = planned.Monitors,
            Warnings = planned.Warnings,
        }, null);
    }

    /// <summary>Everything is as desired, but nobody has seen it healthy: this execution waits for that, or withdraws it.</summary>
    private static bool IsUnfinished(PlanObservation observation, PlannedDelivery planned) =>
        planned.Change == Change.Unchanged && observation.Facts.Unfinished is not null;

    private static OnboardingPlan Park(PlanObservation observation, string delivery, Failure finding)
    {
        var plan = Plan(observation, delivery) with { Cause = finding.Cause, Remedy = finding.Remedy, Sentence = finding.Sentence };
        if (observation.DryRun)
        {
            return plan with { Next = PlanNext.Stop, Stop = PlanStop.DryRun, Sentence = $"The execution would wait. {finding.Sentence}" };
        }

        return observation.Elapsed < observation.Settings.ParkLimit
            ? plan with { Next = PlanNext.Park, WaitSeconds = WaitSeconds(observation) }
            : plan with
            {
                Next = PlanNext.Stop,
                Stop = PlanStop.ParkedTooLong,
                Sentence = $"{finding.Sentence} The execution waited for {observation.Elapsed.TotalHours:0.#} hours and ends.",
            };
    }

    /// <summary>
    /// A wait is a quarter of the time that the execution has waited so far: no state is necessary between two plans,
    /// and a collector that appears early is found early.
    /// </summary>
    private static int WaitSeconds(PlanObservation observation)
    {
        var remaining = observation.Settings.ParkLimit - observation.Elapsed;
        var first = observation.Settings.ParkFirst.TotalSeconds;
        var longest = Polling.LongestParked(observation.Settings.ParkMax, observation.Settings.ParkLimit).TotalSeconds;
        var wait = Math.Clamp(observation.Elapsed.TotalSeconds / 4, first, Math.Max(first, longest));
        return (int)Math.Ceiling(remaining > TimeSpan.Zero ? Math.Min(wait, remaining.TotalSeconds) : first);
    }

    private static OnboardingPlan Plan(PlanObservation observation, string delivery) => new()
    {
        Next = PlanNext.Stop,
        Sentence = "",
        Delivery = delivery,
        Profile = observation.Profile,
        TrustMode = observation.TrustMode,
        WorkspaceArn = observation.Workspace.Arn,
        WorkspaceEndpoint = observation.Workspace.Endpoint,
        IngestRoleName = observation.RoleName,
        RoleArn = observation.RoleArn,
        ClusterLabel = ClusterLabels.Of(observation.Cluster, observation.Settings.ClusterLabelFormat).Cluster,
    };
}
