using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Choice;

/// <summary>Facts in, plan out; no I/O, no clock.</summary>
internal static class OnboardingDecider
{
    /// <returns>The plan, or why a person must act first.</returns>
    public static (OnboardingPlan? Plan, Failure? Refusal) Decide(PlanObservation facts) => DeliveryChoice.Of(facts) switch
    {
        (var delivery, null) => Deliver(facts, DeliveryCatalogue.Find(delivery).Plan(facts, Replaced.By(facts, delivery))),
        (var delivery, { Kind: FailureKind.NotReady } finding) => (Park(facts, delivery, finding), null),
        (_, var refusal) => (null, refusal),
    };

    private static (OnboardingPlan? Plan, Failure? Refusal) Deliver(PlanObservation facts, PlannedDelivery planned)
    {
        if (planned.Refusal is { } refusal)
        {
            return (null, refusal);
        }

        // Everything that people have to merge is written down already: all that is left is to wait for them.
        if (planned is { Change: Change.Unchanged, WaitsFor: { } waiting })
        {
            return (Park(facts, planned.Delivery, waiting), null);
        }

        return (Plan(facts, planned.Delivery) with
        {
            Next = facts.DryRun ? PlanNext.Stop : PlanNext.Deliver,
            Stop = facts.DryRun ? PlanStop.DryRun : PlanStop.None,
            WaitSeconds = planned.WaitsFor is null ? 0 : WaitSeconds(facts),
            Sentence = planned.Sentence,
            Collector = planned.Collector,
            Replaces = planned.Replaces,
            Change = planned.Change,
        }, null);
    }

    private static OnboardingPlan Park(PlanObservation facts, string delivery, Failure finding)
    {
        var plan = Plan(facts, delivery) with { Cause = finding.Cause, Remedy = finding.Remedy, Sentence = finding.Sentence };
        if (facts.DryRun)
        {
            return plan with { Next = PlanNext.Stop, Stop = PlanStop.DryRun, Sentence = $"The road would wait. {finding.Sentence}" };
        }

        return facts.Elapsed < facts.Settings.ParkLimit
            ? plan with { Next = PlanNext.Park, WaitSeconds = WaitSeconds(facts) }
            : plan with
            {
                Next = PlanNext.Stop,
                Stop = PlanStop.ParkedTooLong,
                Sentence = $"{finding.Sentence} The road waited for {facts.Elapsed.TotalHours:0.#} hours and stops looking.",
            };
    }

    /// <summary>
    /// Waits grow with the time it took so far, so that the wait adds at most a quarter to it: nothing needs to be remembered
    /// between looks, and a collector that comes early is seen early.
    /// </summary>
    private static int WaitSeconds(PlanObservation facts)
    {
        var left = facts.Settings.ParkLimit - facts.Elapsed;
        var first = facts.Settings.ParkFirst.TotalSeconds;
        var wait = Math.Clamp(facts.Elapsed.TotalSeconds / 4, first, Math.Max(first, facts.Settings.ParkMax.TotalSeconds));
        return (int)Math.Ceiling(left > TimeSpan.Zero ? Math.Min(wait, left.TotalSeconds) : first);
    }

    private static OnboardingPlan Plan(PlanObservation facts, string delivery) => new()
    {
        Next = PlanNext.Stop,
        Sentence = "",
        Delivery = delivery,
        Profile = facts.Profile,
        TrustMode = facts.TrustMode,
        WorkspaceArn = facts.Workspace.Arn,
        WorkspaceEndpoint = facts.Workspace.Endpoint,
        IngestRoleName = facts.RoleName,
        RoleArn = facts.RoleArn,
        ClusterLabel = ClusterLabels.Of(facts.Cluster, facts.Settings.ClusterLabelFormat).Cluster,
    };
}
