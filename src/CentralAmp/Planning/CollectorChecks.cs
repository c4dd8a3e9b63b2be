using CentralAmp.Delivery;
using CentralAmp.Failures;

namespace CentralAmp.Planning;

/// <summary>What must hold before delivery <c>prometheus</c> is planned, in this order. NotReady parks the road, Blocked ends it.</summary>
internal static class CollectorChecks
{
    public const string NoCollectorRemedy = "None if it is being set up; else install kube-prometheus-stack, or execute again when it runs.";

    private static readonly Func<PlanFacts, Failure?>[] InOrder =
    [
        ThereIsACollector,
        ThereIsOnlyOne,
        ItCanBeRead,
        ItIsNotPaused,
        ItHasItsServiceAccount,
        TheServiceAccountHasNoForeignRole,
        OurEntryIsOurs,
        NobodyElseOwnsRemoteWrite,
        NobodyKeepsRevertingUs,
        ItRunsBeforeItIsTouched,
        ItsStorageSurvivesARoll,
    ];

    public static Failure? FirstFinding(PlanFacts facts) => InOrder.Select(check => check(facts)).FirstOrDefault(finding => finding is not null);

    private static Failure? ThereIsACollector(PlanFacts facts) => facts switch
    {
        { Candidates.Count: > 0 } => null,
        { Prometheuses: null } => NoCollector($"{facts.Cluster} has no Prometheus operator yet"),
        { Prometheuses.Count: > 0 } => NoCollector($"every Prometheus resource of {facts.Cluster} says {Ours.OnboardAnnotation}=false"),
        { PrometheusAgents: > 0 } => NoCollector(
            $"{facts.Cluster} has {facts.PrometheusAgents} PrometheusAgent resource(s) but no Prometheus resource, which delivery '{Deliveries.Prometheus}' needs"),
        _ => NoCollector($"{facts.Cluster} has no Prometheus resource yet"),
    };

    private static Failure? ThereIsOnlyOne(PlanFacts facts) => facts.Candidates.Count == 1
        ? null
        : Decisions.Blocked(
            Causes.SeveralCollectors,
            $"{facts.Cluster} has several Prometheus resources: {string.Join(", ", facts.Candidates.Select(candidate => $"{candidate.Namespace}/{candidate.Name}"))}.",
            $"Annotate all but one with {Ours.OnboardAnnotation}=false, then execute again.");

    private static Failure? ItCanBeRead(PlanFacts facts) => facts.Candidate.Malformed is not { } wrong
        ? null
        : Decisions.Blocked(
            Causes.CollectorMalformed,
            $"{facts.Candidate} in {facts.Cluster} cannot be read: {wrong}.",
            "Correct the field at its source, then execute again.");

    private static Failure? ItIsNotPaused(PlanFacts facts) => !facts.Candidate.Paused
        ? null
        : Decisions.Blocked(
            Causes.NotReconciled,
            $"{facts.Candidate} in {facts.Cluster} is paused: the operator would not act on a change.",
            "Remove spec.paused, then execute again.");

    private static Failure? ItHasItsServiceAccount(PlanFacts facts) => facts.ServiceAccount is not null
        ? null
        : NoCollector($"service account '{facts.Candidate.Namespace}/{facts.Candidate.ServiceAccount}' of {facts.Candidate} does not exist yet");

    private static Failure? TheServiceAccountHasNoForeignRole(PlanFacts facts) =>
        DeliveryRefusals.OfIdentity(facts.ServiceAccount!, facts.RoleArn);

    private static Failure? OurEntryIsOurs(PlanFacts facts) => DeliveryRefusals.OfTakenName(facts.Candidate, facts.Desired);

    private static Failure? NobodyElseOwnsRemoteWrite(PlanFacts facts) => DeliveryRefusals.OfForeignList(facts.Candidate, facts.Desired);

    private static Failure? NobodyKeepsRevertingUs(PlanFacts facts) => DeliveryRefusals.OfReverts(facts.Candidate, facts.Desired);

    /// <summary>Only an untouched collector is waited for: one that we stopped in the middle must be led on, however it is.</summary>
    private static Failure? ItRunsBeforeItIsTouched(PlanFacts facts)
    {
        if (!Standing.IsUntouched(facts.Candidate, facts.ServiceAccount))
        {
            return null;
        }

        return facts switch
        {
            { Candidate.Replicas: < 1 } => NoCollector($"{facts.Candidate} has no replicas"),
            { StatefulSet: null } => NoCollector($"the operator has not made the pods of {facts.Candidate} yet"),
            { StatefulSet: { RolledOut: false } set } => NoCollector($"{set.Ready} of {set.Replicas} pods of {facts.Candidate} are ready"),
            _ => null,
        };
    }

    private static Failure? ItsStorageSurvivesARoll(PlanFacts facts) =>
        facts.Candidate.StoragePersists || facts.Described.Options.AllowRestart || Standing.HasIdentity(facts.Candidate, facts.RoleArn)
            ? null
            : Decisions.Blocked(
                Causes.StorageNotPersistent,
                $"{facts.Candidate} in {facts.Cluster} keeps its data in an emptyDir: new pods would lose it.",
                "Give it a spec.storage.volumeClaimTemplate, or tag the cluster central-amp:allow-restart=true to accept the loss, then execute again.");

    private static Failure NoCollector(string sentence) => Decisions.NotReady(
        Causes.NoCollectorYet,
        $"There is nothing to deliver to: {sentence}.",
        NoCollectorRemedy);
}
