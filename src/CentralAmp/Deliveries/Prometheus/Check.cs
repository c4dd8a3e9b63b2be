using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>What must hold before delivery <c>prometheus</c> is planned, in this order. NotReady parks the execution, Blocked ends it.</summary>
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
        TheEntryNameIsFree,
        NoOtherManagerOwnsRemoteWrite,
        NoManagerRevertsTheEntry,
        ItRunsBeforeItIsTouched,
        ItsStorageSurvivesARoll,
    ];

    public static Failure? FirstFinding(PlanObservation observation) => InOrder.Select(check => check(observation)).FirstOrDefault(finding => finding is not null);

    internal static Failure? ThereIsACollector(PlanObservation observation) => observation switch
    {
        { Candidates.Count: > 0 } => null,
        { Prometheuses: not null, Described.Options.Collector: { } tag } => DeliveryRefusals.NoCollector(
            $"{observation.Cluster} has no Prometheus resource '{Quote.Cut(tag)}', which its tag {ClusterTags.Collector} names, or that resource has {ManagedNames.OnboardAnnotation}=false"),
        { Prometheuses: null } => DeliveryRefusals.NoCollector($"{observation.Cluster} has no Prometheus operator yet"),
        { Prometheuses.Count: > 0 } => DeliveryRefusals.NoCollector($"every Prometheus resource of {observation.Cluster} has {ManagedNames.OnboardAnnotation}=false"),
        _ when observation.OtherAgents.Count() is > 0 and var agents => DeliveryRefusals.NoCollector(
            $"{observation.Cluster} has {agents} PrometheusAgent resource(s) but no Prometheus resource, which delivery '{DeliveryNames.Prometheus}' needs"),
        _ => DeliveryRefusals.NoCollector($"{observation.Cluster} has no Prometheus resource yet"),
    };

    internal static Failure? ThereIsOnlyOne(PlanObservation observation) => observation.Candidates.Count == 1
        ? null
        : Failure.Blocked(
            Causes.SeveralCollectors,
            $"{observation.Cluster} has several Prometheus resources: {string.Join(", ", observation.Candidates.Select(candidate => $"{candidate.Namespace}/{candidate.Name}"))}.",
            $"Name the one that is to send by the cluster's tag {ClusterTags.Collector}=namespace/name, or annotate all others with {ManagedNames.OnboardAnnotation}=false; then execute again.");

    internal static Failure? ItCanBeRead(PlanObservation observation) => observation.Candidate.Malformed is not { } wrong
        ? null
        : Failure.Blocked(
            Causes.CollectorMalformed,
            $"{observation.Candidate} in {observation.Cluster} cannot be read: {wrong}.",
            "Correct the field at its source, then execute again.");

    private static Failure? ItIsNotPaused(PlanObservation observation) => !observation.Candidate.Paused
        ? null
        : Failure.Blocked(
            Causes.NotReconciled,
            $"{observation.Candidate} in {observation.Cluster} is paused: the operator would not act on a change.",
            "Remove spec.paused, then execute again.");

    internal static Failure? ItHasItsServiceAccount(PlanObservation observation) => observation.ServiceAccount is not null
        ? null
        : DeliveryRefusals.NoCollector($"service account '{observation.Candidate.Namespace}/{observation.Candidate.ServiceAccount}' of {observation.Candidate} does not exist yet");

    internal static Failure? TheServiceAccountHasNoForeignRole(PlanObservation observation) =>
        DeliveryRefusals.OfIdentity(observation.ServiceAccount!, observation.RoleArn);

    internal static Failure? TheServiceAccountHasNoPodIdentity(PlanObservation observation) => observation.PodIdentity is not { } association
        ? null
        : Failure.Blocked(
            Causes.ServiceAccountPodIdentity,
            $"The {observation.ServiceAccount} in {observation.Cluster} has an EKS Pod Identity ({association}), which CentralAmp's role would replace.",
            $"Remove the association if nothing needs its role (aws eks delete-pod-identity-association --cluster-name {observation.Cluster.Name} --region {observation.Cluster.Region} "
            + $"--association-id {association[(association.LastIndexOf('/') + 1)..]}), or ask for delivery '{DeliveryNames.PrometheusAgent}' by the tag central-amp:delivery; then execute again.");

    private static Failure? TheEntryNameIsFree(PlanObservation observation) => DeliveryRefusals.OfTakenName(observation.Candidate, observation.Desired);

    private static Failure? NoOtherManagerOwnsRemoteWrite(PlanObservation observation) => DeliveryRefusals.OfForeignList(observation.Candidate, observation.Desired);

    private static Failure? NoManagerRevertsTheEntry(PlanObservation observation) => DeliveryRefusals.OfReverts(observation.Candidate, observation.Desired);

    /// <summary>CentralAmp waits only for a collector that it has not changed yet. A started delivery must continue in any state.</summary>
    private static Failure? ItRunsBeforeItIsTouched(PlanObservation observation)
    {
        if (!CollectorIdentity.IsUntouched(observation.Candidate, observation.ServiceAccount))
        {
            return null;
        }

        return observation switch
        {
            { Candidate.Replicas: < 1 } => DeliveryRefusals.NoCollector($"{observation.Candidate} has no replicas"),
            { StatefulSet: null } => DeliveryRefusals.NoCollector($"the operator has not created the pods of {observation.Candidate} yet"),
            { StatefulSet: { RolledOut: false } set } => DeliveryRefusals.NoCollector($"{set.Ready} of {set.Replicas} pods of {observation.Candidate} are ready"),
            _ => null,
        };
    }

    private static Failure? ItsStorageSurvivesARoll(PlanObservation observation) =>
        observation.Candidate.StoragePersists || observation.Described.Options.AllowRestart || CollectorIdentity.OfPodsIs(observation.Candidate, observation.RoleArn)
            ? null
            : Failure.Blocked(
                Causes.StorageNotPersistent,
                $"{observation.Candidate} in {observation.Cluster} keeps its data in an emptyDir: new pods would lose it.",
                "Give it a spec.storage.volumeClaimTemplate, or tag the cluster central-amp:allow-restart=true to accept the loss, then execute again.");
}
