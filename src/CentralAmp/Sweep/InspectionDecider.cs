using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Verification;

namespace CentralAmp.Sweep;

/// <summary>Facts in, finding out; the first rule that fits, from the top. Pure.</summary>
internal static class InspectionDecider
{
    /// <summary>What no look shows: such a road is tried again after <see cref="RetryAfter"/>, because trying rolls someone's pods.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromHours(24);

    private static readonly HashSet<string> OnlyTheRoadSees = new(StringComparer.Ordinal)
    {
        Causes.TrustSubjectMismatch, Causes.TrustAudienceMismatch, Causes.TrustNotEffective, Causes.TokenIssuerMismatch, Causes.IngestPolicyMismatch,
        Causes.WorkspaceRejectedSamples, Causes.PodsNotReady, Causes.PodsWithoutRole, Causes.ReloadFailed, Causes.NotReconciled, Causes.Reverted,
        Causes.KubernetesRejected, Causes.KubernetesConflict, Causes.QuotaReached, Causes.ProviderQuotaReached, Causes.AuthenticationModeSwitchFailed,
        Causes.NamespaceTerminating, Causes.NamespaceQuotaExceeded, Causes.PodSecurityViolated, Causes.AdmissionDenied, Causes.AdmissionUnavailable,
    };

    /// <summary>Causes by which a look fails without a word about what is there.</summary>
    private static readonly HashSet<string> NotSeen = new(StringComparer.Ordinal)
    {
        Causes.MemberRoleNotAssumable, Causes.MemberPermissionMissing, Causes.HubPermissionMissing, Causes.DeniedByServiceControlPolicy,
        Causes.DeniedByPermissionsBoundary, Causes.RegionDisabled, Causes.EndpointUnreachable, Causes.EndpointCertificateWrong, Causes.KubernetesUnavailable,
        Causes.EndpointNameUnknown, Causes.EndpointRefused, Causes.EndpointSlow, Causes.KubernetesAnswerCut, Causes.KubernetesListExpired,
        Causes.WorkspaceUnavailable, Causes.WorkspaceThrottled, Causes.Throttled, Causes.ServiceUnavailable, Causes.RegistryItemNewer, Causes.Unexpected,
    };

    /// <returns>Null while the facts do not suffice: gather more.</returns>
    public static Inspection? Decide(InspectionObservation facts) =>
        OfAccount(facts)
        ?? (facts.Looked ? OfExistence(facts) ?? OfStanding(facts) ?? OfHistory(facts) ?? OfLook(facts) ?? OfResources(facts) ?? OfSamples(facts) : null);

    private static Inspection? OfAccount(InspectionObservation facts) => facts switch
    {
        { AccountListed: false } => Unreachable(Failure.Blocked(
            Causes.AccountNotListed,
            $"The account of {facts.Cluster} is not among those of this sweep; nothing of it is removed.",
            "Put the account back into the organization or the parameter Accounts, or offboard its clusters by hand.")),
        { Known.IsNewer: true } => Unreachable(Failure.Blocked(
            Causes.RegistryItemNewer, $"The registry item of {facts.Cluster} is of a newer version.", "Deploy the newer version of CentralAmp again.")),
        { Looked: false, Obstacle: { } obstacle } => Unreachable(obstacle),
        _ => null,
    };

    /// <summary>Gone is what EKS itself said, in two successive sweeps, or that the name has another cluster now.</summary>
    private static Inspection? OfExistence(InspectionObservation facts) => facts switch
    {
        { Observed: { } observed } when facts.RegisteredAs is null || facts.RegisteredAs == observed.CreatedAt => null,
        { Observed: not null } => new Inspection(Finding.Gone, $"The {facts.Cluster} that is there now is another one: this one is gone."),
        // Deleted between the list and the look; its item will be asked for.
        { RegisteredAs: null } => new Inspection(Finding.NotReady, $"The {facts.Cluster} was listed, and is not there any more."),
        { Known.MissingSweep: { } since } when since == facts.Sweep.Previous => new Inspection(
            Finding.Gone, $"EKS did not find {facts.Cluster} in two successive sweeps.", Causes.ClusterNotFound, MissingSince: since),
        _ => new Inspection(
            Finding.NotReady,
            $"EKS does not find {facts.Cluster}; if the next sweep does not either, it is gone.",
            Causes.ClusterNotFound,
            MissingSince: facts.Sweep.Id),
    };

    /// <summary>What the cluster and its item say by themselves.</summary>
    private static Inspection? OfStanding(InspectionObservation facts)
    {
        var (observed, item) = (facts.Observed!, facts.Item);
        var optedOut = facts.Described is { Next: ClusterNext.OptOut };
        return item switch
        {
            { IsTombstone: true } => new Inspection(Finding.Unchanged, "It was offboarded and stays so."),
            _ when observed.Status == "DELETING" => new Inspection(Finding.NotReady, "It is being deleted: its event offboards it."),
            { Elevation.Expires: var until } when until > facts.Now => new Inspection(Finding.NotReady, "An execution is at work in it."),
            { IsClosed: true, Reason: OffboardingReason.Manual } => new Inspection(Finding.OptedOut, "Its offboarding is not complete.", item.Cause, item.Remedy),
            // An offboarding for such a reason takes nothing back from a living cluster, and nobody but a person gives trust again.
            { IsClosed: true } => new Inspection(
                Finding.Unchanged,
                $"It was taken for gone ({item.Reason}), and lives; its access to the workspace may be cut.",
                Causes.ClusterOffboarded,
                "Execute the onboarding with \"reopen\": true, or offboard it by hand."),
            { MayHaveTraces: true, State: not null } when optedOut => new Inspection(Finding.OptedOut, "Its tags opt it out."),
            _ when optedOut => new Inspection(Finding.Unchanged, "It has opted out."),
            _ when facts.Described is { Next: ClusterNext.Wait } => OfWaiting(facts),
            null or { State: null } => new Inspection(Finding.New, "It is not registered: its event was missed, or it is older than CentralAmp."),
            { State: Outcome.OptedOut } => new Inspection(Finding.New, "It had opted out, and does not any more."),
            { State: Outcome.Offboarding } => new Inspection(Finding.Differs, "It was on its way out, and has not opted out any more."),
            _ => null,
        };
    }

    /// <summary>An execution waits so long for a cluster, then registers it; a cluster that waits longer unregistered has none.</summary>
    private static Inspection OfWaiting(InspectionObservation facts) =>
        facts.Item is null && facts.Now - DateTimeOffset.FromUnixTimeMilliseconds(facts.Observed!.CreatedAt) > facts.ActiveLimit
            ? new Inspection(Finding.New, $"It is {facts.Observed.Status} for long, and not registered: its event was missed.")
            : new Inspection(Finding.NotReady, $"It is {facts.Observed!.Status}.");

    /// <summary>A road that rolled pods and took everything back, or ended where no look can see, is not taken every few hours.</summary>
    private static Inspection? OfHistory(InspectionObservation facts)
    {
        var item = facts.Item!;
        var hidden = item.State == Outcome.RolledBack || (item is { State: Outcome.Blocked, Cause: { } cause } && OnlyTheRoadSees.Contains(cause));
        if (!hidden)
        {
            return null;
        }

        var since = item.ExecutionStartedAt ?? DateTimeOffset.MinValue;
        return facts.Now - since < RetryAfter
            ? new Inspection(Finding.Unchanged, $"It is {item.State}; the road is tried again a day after {since:yyyy-MM-dd HH:mm}Z.", item.Cause, item.Remedy)
            : new Inspection(Finding.Differs, $"It is {item.State} since {since:yyyy-MM-dd HH:mm}Z: another try.", item.Cause, item.Remedy);
    }

    /// <summary>What kept us from looking, and what the road would end with.</summary>
    private static Inspection? OfLook(InspectionObservation facts) => (facts.Refusal, facts.Obstacle) switch
    {
        ({ } refusal, _) => Refused(facts, refusal),
        // Our RBAC or the entry behind it is not what it was: the road restores both.
        (_, { Cause: Causes.KubernetesForbidden or Causes.KubernetesUnauthorized } obstacle) when !IsKnown(facts, obstacle) =>
            new Inspection(Finding.Differs, obstacle.Sentence, obstacle.Cause, obstacle.Remedy),
        (_, { } obstacle) when NotSeen.Contains(obstacle.Cause) || IsKnown(facts, obstacle) => Unreachable(obstacle),
        (_, { } obstacle) => Refused(facts, obstacle),
        _ => null,
    };

    /// <summary>A person has been asked already, and the answer would be the same.</summary>
    private static Inspection Refused(InspectionObservation facts, Failure refusal) => NotSeen.Contains(refusal.Cause)
        ? Unreachable(refusal)
        : new Inspection(IsKnown(facts, refusal) ? Finding.Unchanged : Finding.Differs, refusal.Sentence, refusal.Cause, refusal.Remedy);

    private static bool IsKnown(InspectionObservation facts, Failure failure) =>
        facts.Item is { State: Outcome.Blocked or Outcome.Unhealthy } item && item.Cause == failure.Cause;

    private static Inspection? OfResources(InspectionObservation facts) => facts switch
    {
        { ModeToSwitch: true } => Differs("Its authentication mode is to be switched."),
        { AccessEntry: AccessEntryDelta.Create } => Differs("The access entry of CentralAmpMember is gone."),
        { AccessEntry: AccessEntryDelta.UpdateGroups } => Differs("The access entry of CentralAmpMember has other groups."),
        { Elevated: true } => Differs("CentralAmpMember is still cluster-admin."),
        { Reading: RbacAccess.Missing } => Differs("The read-only RBAC is not as CentralAmp made it."),
        { Plan: null } => null,
        // It waits, wherever it is routed meanwhile: what it waits for moves it, too.
        { Plan.Next: PlanNext.Park, Item.State: Outcome.Parked } => new Inspection(Finding.Unchanged, facts.Plan.Sentence, facts.Item.Cause),
        // Before the rest: the ingest policy of a cluster that is re-routed differs as well.
        { Item.WorkspaceArn: { } known } when known != facts.Plan.WorkspaceArn => Rerouted(facts, known),
        { VerifiedWorkspaceArn: { } verified } when verified != facts.Plan.WorkspaceArn => Rerouted(facts, verified),
        { Plan.Next: PlanNext.Park } => Differs(facts.Plan.Sentence),
        { Trust: [_, ..] actions } => Differs($"Trust differs: {string.Join(", ", actions)}."),
        { Writing: RbacAccess.Missing } => Differs("The RBAC for writing is not as CentralAmp made it."),
        { Plan.Change: not Change.Unchanged } => Differs(facts.Plan.Sentence),
        { Item.State: Outcome.Failed or Outcome.Blocked or Outcome.Parked } => Differs($"It is {facts.Item.State} ({facts.Item.Cause}), and nothing stands in the way."),
        _ => null,
    };

    private static Inspection? OfSamples(InspectionObservation facts)
    {
        if (facts.Samples is not { } samples)
        {
            return null;
        }

        var plan = facts.Plan!;
        var (_, failure) = VerificationDecider.Decide(samples, plan.ClusterLabel, plan.WorkspaceArn, deliveredAt: null, facts.Now);
        return (failure, facts.Item!.State) switch
        {
            ({ } missing, _) => Refused(facts, missing),
            (_, Outcome.Verified) => new Inspection(Finding.Unchanged, "Everything is there."),
            _ => Differs($"It is {facts.Item.State} ({facts.Item.Cause}), and its samples arrive."),
        };
    }

    private static Inspection Rerouted(InspectionObservation facts, string from) =>
        new(Finding.Reroute, $"It writes to {from} and is routed to {facts.Plan!.WorkspaceArn}.");

    private static Inspection Differs(string sentence) => new(Finding.Differs, sentence);

    private static Inspection Unreachable(Failure failure) => new(Finding.Unreachable, failure.Sentence, failure.Cause, failure.Remedy);
}
