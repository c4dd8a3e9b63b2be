using CentralAmp.Delivery;
using CentralAmp.Failures;

namespace CentralAmp.Planning;

/// <summary>Facts in, plan out; no I/O, no clock.</summary>
internal static class OnboardingDecider
{
    /// <returns>The plan, or why a person must act first.</returns>
    public static (OnboardingPlan? Plan, Failure? Refusal) Decide(PlanFacts facts) => CollectorChecks.FirstFinding(facts) switch
    {
        null => (Deliver(facts), null),
        { Kind: FailureKind.NotReady } finding => (Park(facts, finding), null),
        var refusal => (null, refusal),
    };

    private static OnboardingPlan Deliver(PlanFacts facts)
    {
        var candidate = facts.Candidate;
        var change = Standing.Delta(candidate, facts.ServiceAccount!, facts.Desired);
        return Plan(facts) with
        {
            Next = facts.DryRun ? PlanNext.Stop : PlanNext.Deliver,
            Stop = facts.DryRun ? PlanStop.DryRun : PlanStop.None,
            Sentence = Describe(facts, change),
            Collector = CollectorOf(candidate),
            Change = change,
        };
    }

    /// <summary>
    /// Waits grow with the time it took so far, so that the wait adds at most a quarter to it: nothing needs to be remembered
    /// between looks, and a collector that comes early is seen early.
    /// </summary>
    private static OnboardingPlan Park(PlanFacts facts, Failure finding)
    {
        if (facts.DryRun)
        {
            return Plan(facts) with { Next = PlanNext.Stop, Stop = PlanStop.DryRun, Sentence = $"The road would wait. {finding.Sentence}" };
        }

        var left = facts.Settings.ParkLimit - facts.Elapsed;
        if (left <= TimeSpan.Zero)
        {
            return Plan(facts) with
            {
                Next = PlanNext.Stop,
                Stop = PlanStop.ParkedTooLong,
                Sentence = $"{finding.Sentence} The road waited for {facts.Elapsed.TotalHours:0.#} hours and stops looking.",
            };
        }

        var first = facts.Settings.ParkFirst.TotalSeconds;
        var wait = Math.Clamp(facts.Elapsed.TotalSeconds / 4, first, Math.Max(first, facts.Settings.ParkMax.TotalSeconds));
        return Plan(facts) with
        {
            Next = PlanNext.Park,
            WaitSeconds = (int)Math.Ceiling(Math.Min(wait, left.TotalSeconds)),
            Sentence = finding.Sentence,
        };
    }

    private static OnboardingPlan Plan(PlanFacts facts) => new()
    {
        Next = PlanNext.Stop,
        Sentence = "",
        TrustMode = facts.TrustMode,
        WorkspaceArn = facts.Workspace.Arn,
        WorkspaceEndpoint = facts.Workspace.Endpoint,
        IngestRoleName = facts.RoleName,
        ClusterLabel = ClusterLabels.Of(facts.Cluster, facts.Settings.ClusterLabelFormat).Cluster,
    };

    private static string Describe(PlanFacts facts, Change change)
    {
        var what = $"{facts.Candidate} with {facts.Candidate.Replicas} replica(s) as {facts.ServiceAccount} writes to {facts.Workspace.Arn} as {Identity(facts)}";
        return change switch
        {
            Change.Unchanged => $"{what}: everything is there.",
            _ when Standing.HasIdentity(facts.Candidate, facts.RoleArn) => $"{what}: the remote-write entry is to be applied, no pod is rolled.",
            _ => $"{what}: the service account is to be annotated, the pods to be rolled, the remote-write entry to be applied.",
        };
    }

    private static string Identity(PlanFacts facts) =>
        facts.RoleArn == facts.IngestRoleArn ? facts.RoleArn : $"{facts.RoleArn}, which assumes {facts.IngestRoleArn}";

    internal static Collector CollectorOf(PrometheusResource prometheus) => new()
    {
        Namespace = prometheus.Namespace,
        Name = prometheus.Name,
        Uid = prometheus.Uid,
        ServiceAccount = prometheus.ServiceAccount,
        StatefulSet = CollectorNames.StatefulSet(prometheus.Name, shard: 0),
        Pods = [.. CollectorNames.Pods(prometheus.Name, prometheus.Replicas, prometheus.Shards)],
        Replicas = prometheus.Replicas,
        Shards = prometheus.Shards,
        ReplicaLabel = prometheus.ReplicaLabel,
    };
}
