using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>What must hold before delivery <c>prometheus</c> is planned, in this order. NotReady parks the road, Blocked ends it.</summary>
internal static class Check
{
    private static readonly Func<PlanObservation, Failure?>[] InOrder =
    [
        ThereIsACollector,
        ThereIsOnlyOne,
        ItCanBeRead,
        ItIsNotPaused,
        ItHasItsServiceAccount,
        TheServiceAccountHasNoForeignRole,
        TheServiceAccountHasNoPodIdentity,
        OurEntryIsOurs,
        NobodyElseOwnsRemoteWrite,
        NobodyKeepsRevertingUs,
        ItRunsBeforeItIsTouched,
        ItsStorageSurvivesARoll,
    ];

    public static Failure? FirstFinding(PlanObservation facts) => InOrder.Select(check => check(facts)).FirstOrDefault(finding => finding is not null);

    internal static Failure? ThereIsACollector(PlanObservation facts) => facts switch
    {
        { Candidates.Count: > 0 } => null,
        { Prometheuses: null } => DeliveryRefusals.NoCollector($"{facts.Cluster} has no Prometheus operator yet"),
        { Prometheuses.Count: > 0 } => DeliveryRefusals.NoCollector($"every Prometheus resource of {facts.Cluster} says {ManagedNames.OnboardAnnotation}=false"),
        _ when facts.OtherAgents.Count() is > 0 and var agents => DeliveryRefusals.NoCollector(
            $"{facts.Cluster} has {agents} PrometheusAgent resource(s) but no Prometheus resource, which delivery '{DeliveryNames.Prometheus}' needs"),
        _ => DeliveryRefusals.NoCollector($"{facts.Cluster} has no Prometheus resource yet"),
    };

    internal static Failure? ThereIsOnlyOne(PlanObservation facts) => facts.Candidates.Count == 1
        ? null
        : Failure.Blocked(
            Causes.SeveralCollectors,
            $"{facts.Cluster} has several Prometheus resources: {string.Join(", ", facts.Candidates.Select(candidate => $"{candidate.Namespace}/{candidate.Name}"))}.",
            $"Annotate the one that is to send with {ManagedNames.OnboardAnnotation}=true (or all others with =false), then execute again.");

    internal static Failure? ItCanBeRead(PlanObservation facts) => facts.Candidate.Malformed is not { } wrong
        ? null
        : Failure.Blocked(
            Causes.CollectorMalformed,
            $"{facts.Candidate} in {facts.Cluster} cannot be read: {wrong}.",
            "Correct the field at its source, then execute again.");

    private static Failure? ItIsNotPaused(PlanObservation facts) => !facts.Candidate.Paused
        ? null
        : Failure.Blocked(
            Causes.NotReconciled,
            $"{facts.Candidate} in {facts.Cluster} is paused: the operator would not act on a change.",
            "Remove spec.paused, then execute again.");

    internal static Failure? ItHasItsServiceAccount(PlanObservation facts) => facts.ServiceAccount is not null
        ? null
        : DeliveryRefusals.NoCollector($"service account '{facts.Candidate.Namespace}/{facts.Candidate.ServiceAccount}' of {facts.Candidate} does not exist yet");

    internal static Failure? TheServiceAccountHasNoForeignRole(PlanObservation facts) =>
        DeliveryRefusals.OfIdentity(facts.ServiceAccount!, facts.RoleArn);

    internal static Failure? TheServiceAccountHasNoPodIdentity(PlanObservation facts) => facts.PodIdentity is not { } association
        ? null
        : Failure.Blocked(
            Causes.ServiceAccountPodIdentity,
            $"The {facts.ServiceAccount} in {facts.Cluster} has an EKS Pod Identity ({association}), which a role of ours would push aside.",
            $"Remove the association if nothing needs its role (aws eks delete-pod-identity-association --cluster-name {facts.Cluster.Name} --region {facts.Cluster.Region} "
            + $"--association-id {association[(association.LastIndexOf('/') + 1)..]}), or ask for delivery '{DeliveryNames.PrometheusAgent}' by the tag central-amp:delivery; then execute again.");

    private static Failure? OurEntryIsOurs(PlanObservation facts) => DeliveryRefusals.OfTakenName(facts.Candidate, facts.Desired);

    private static Failure? NobodyElseOwnsRemoteWrite(PlanObservation facts) => DeliveryRefusals.OfForeignList(facts.Candidate, facts.Desired);

    private static Failure? NobodyKeepsRevertingUs(PlanObservation facts) => DeliveryRefusals.OfReverts(facts.Candidate, facts.Desired);

    /// <summary>Only an untouched collector is waited for: one that we stopped in the middle must be led on, however it is.</summary>
    private static Failure? ItRunsBeforeItIsTouched(PlanObservation facts)
    {
        if (!CollectorIdentity.IsUntouched(facts.Candidate, facts.ServiceAccount))
        {
            return null;
        }

        return facts switch
        {
            { Candidate.Replicas: < 1 } => DeliveryRefusals.NoCollector($"{facts.Candidate} has no replicas"),
            { StatefulSet: null } => DeliveryRefusals.NoCollector($"the operator has not made the pods of {facts.Candidate} yet"),
            { StatefulSet: { RolledOut: false } set } => DeliveryRefusals.NoCollector($"{set.Ready} of {set.Replicas} pods of {facts.Candidate} are ready"),
            _ => null,
        };
    }

    private static Failure? ItsStorageSurvivesARoll(PlanObservation facts) =>
        facts.Candidate.StoragePersists || facts.Described.Options.AllowRestart || CollectorIdentity.OfPodsIs(facts.Candidate, facts.RoleArn)
            ? null
            : Failure.Blocked(
                Causes.StorageNotPersistent,
                $"{facts.Candidate} in {facts.Cluster} keeps its data in an emptyDir: new pods would lose it.",
                "Give it a spec.storage.volumeClaimTemplate, or tag the cluster central-amp:allow-restart=true to accept the loss, then execute again.");
}
