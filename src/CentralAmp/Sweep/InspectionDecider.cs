using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Verification;

namespace CentralAmp.Sweep;

/// <summary>Decides the finding from an observation. The first rule that fits applies. Pure.</summary>
internal static class InspectionDecider
{
    /// <summary>An onboarding that failed where no inspection can see the reason is retried after this time only, because a retry rolls a tenant's pods.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromHours(24);

    /// <summary>Causes that only an onboarding can find, never an inspection.</summary>
    private static readonly HashSet<string> FoundByOnboardingOnly = new(StringComparer.Ordinal)
    {
        Causes.TrustSubjectMismatch, Causes.TrustAudienceMismatch, Causes.TrustNotEffective, Causes.TokenIssuerMismatch, Causes.IngestPolicyMismatch,
        Causes.WorkspaceRejectedSamples, Causes.PodsNotReady, Causes.PodsWithoutRole, Causes.ReloadFailed, Causes.NotReconciled, Causes.Reverted,
        Causes.KubernetesRejected, Causes.KubernetesConflict, Causes.QuotaReached, Causes.ProviderQuotaReached, Causes.AuthenticationModeSwitchFailed,
        Causes.NamespaceForeign, Causes.NamespaceTerminating, Causes.NamespaceQuotaExceeded, Causes.PodSecurityViolated, Causes.AdmissionDenied, Causes.AdmissionUnavailable,
    };

    /// <summary>Causes with which an inspection fails without a result about the cluster's state.</summary>
    private static readonly HashSet<string> InspectionFailures = new(StringComparer.Ordinal)
    {
        Causes.MemberRoleNotAssumable, Causes.MemberPermissionMissing, Causes.HubPermissionMissing, Causes.DeniedByServiceControlPolicy,
        Causes.DeniedByPermissionsBoundary, Causes.RegionDisabled, Causes.EndpointUnreachable, Causes.EndpointCertificateWrong, Causes.KubernetesUnavailable,
        Causes.EndpointNameUnknown, Causes.EndpointRefused, Causes.EndpointSlow, Causes.KubernetesAnswerCut, Causes.KubernetesListExpired, Causes.KubernetesAnswerTooLong,
        Causes.WorkspaceUnavailable, Causes.WorkspaceThrottled, Causes.Throttled, Causes.ServiceUnavailable, Causes.RegistryItemNewer, Causes.Unexpected,
    };

    /// <returns>Null if the observation does not suffice yet: the inspector must read more.</returns>
    public static Inspection? Decide(InspectionObservation observation) =>
        OfAccount(observation)
        ?? (observation.ClusterRead ? OfExistence(observation) ?? OfState(observation) ?? OfHistory(observation) ?? OfFailure(observation) ?? OfResources(observation) ?? OfSamples(observation) : null);

    private static Inspection? OfAccount(InspectionObservation observation) => observation switch
    {
        { AccountListed: false } => OfUnlisted(observation),
        { Known.IsNewer: true } => Unreachable(Failure.Blocked(
            Causes.RegistryItemNewer, $"The registry item of {observation.Cluster} is of a newer version.", "Deploy the newer version of CentralAmp again.")),
        { ClusterRead: false, Obstacle: { } obstacle } => Unreachable(obstacle),
        _ => null,
    };

    /// <summary>
    /// An account that left the organization must not write any more. One incomplete list proves nothing, so it takes two successive sweeps; nothing is
    /// removed, so the account may come back.
    /// </summary>
    private static Inspection OfUnlisted(InspectionObservation observation)
    {
        var isCut = !observation.IsOfHub && observation.Item is { IsTombstone: false }
            && (observation.Item.CutSince is not null || observation.Known!.UnlistedSweep == observation.Sweep.Previous);
        var (finding, sentence) = isCut
            ? (Finding.Unlisted, $"Two successive sweeps did not list the account of {observation.Cluster}: its access to every workspace is cut, and nothing else is removed.")
            : (Finding.Unreachable, $"This sweep does not cover the account of {observation.Cluster}; CentralAmp removes nothing there.");
        return new Inspection(finding, sentence, Causes.AccountNotListed, "Put the account back into the organization or the parameter Accounts, or offboard its clusters by hand.")
        {
            UnlistedSweep = observation.Sweep.Id,
        };
    }

    /// <summary>A cluster is gone if EKS did not find it in two successive sweeps, or if another cluster has its name now.</summary>
    private static Inspection? OfExistence(InspectionObservation observation) => observation switch
    {
        { Observed: { } observed } when observation.RegisteredAs is null || observation.RegisteredAs == observed.CreatedAt => null,
        { Observed: not null } => new Inspection(Finding.Gone, $"A newer cluster has the name of {observation.Cluster}: this one is gone."),
        // Deleted between list and inspection; if it has an item, the sweep inspects that one later.
        { RegisteredAs: null } => new Inspection(Finding.NotReady, $"EKS listed {observation.Cluster}, but no longer finds it."),
        // This sweep's id, so that the cluster is still gone for the next sweep if the brake stops this one.
        { Known: { MissingSweep: { } last } known } when last == observation.Sweep.Previous || (known.IsOf(observation.Sweep) && known.Finding == Finding.Gone) => new Inspection(
            Finding.Gone, $"EKS did not find {observation.Cluster} in two successive sweeps.", Causes.ClusterNotFound, MissingSince: observation.Sweep.Id),
        _ => new Inspection(
            Finding.NotReady,
            $"EKS does not find {observation.Cluster}; if the next sweep does not find it either, it is gone.",
            Causes.ClusterNotFound,
            MissingSince: observation.Sweep.Id),
    };

    /// <summary>Findings that follow from the described cluster and its registry item alone.</summary>
    private static Inspection? OfState(InspectionObservation observation)
    {
        var (observed, item) = (observation.Observed!, observation.Item);
        var optedOut = observation.Described is { Next: ClusterNext.OptOut };
        return item switch
        {
            { Late: { } late } when observed.Status != "DELETING" && (item.IsTombstone || (item.State == Outcome.OptedOut && optedOut)) => new Inspection(
                Finding.OptedOut, $"{late} wrote for it after it was offboarded: its offboarding is repeated."),
            { IsTombstone: true } => new Inspection(Finding.Unchanged, "It was offboarded and stays offboarded."),
            _ when observed.Status == "DELETING" => new Inspection(Finding.NotReady, "EKS is deleting it: the event of its deletion offboards it."),
            { Elevation.Expires: var until } when until > observation.Now => new Inspection(Finding.NotReady, "An execution is elevated in it."),
            { IsClosed: true, Reason: OffboardingReason.Manual } => new Inspection(Finding.OptedOut, "Its offboarding is not complete.", item.Cause, item.Remedy),
            // Offboarding for such a reason removes nothing from a living cluster, and only an operator restores its trust.
            { IsClosed: true } => new Inspection(
                Finding.Unchanged,
                $"It was recorded as gone ({item.Reason}), but it exists; its access to the workspace may be cut.",
                Causes.ClusterOffboarded,
                "Execute the onboarding with \"reopen\": true, or offboard it by hand."),
            // Without a state, the execution died that made what the facts name.
            { MayHaveTraces: true } when optedOut && (item.State is not null || item.Facts.IsAnything) => new Inspection(Finding.OptedOut, "Its tags opt it out."),
            _ when optedOut => new Inspection(Finding.Unchanged, "It has opted out."),
            _ when observation.Described is { Next: ClusterNext.Wait } => OfWaiting(observation),
            null or { State: null } => new Inspection(Finding.New, "It is not registered: CentralAmp missed its event, or it is older than CentralAmp."),
            { State: Outcome.OptedOut } => new Inspection(Finding.New, "It had opted out, but its tags no longer opt it out."),
            { State: Outcome.Offboarding } => new Inspection(Finding.Differs, "It was being offboarded because it had opted out, but its tags no longer opt it out."),
            _ => null,
        };
    }

    /// <summary>An onboarding waits for ActiveLimit and then registers the cluster. So an older unregistered cluster has no execution.</summary>
    private static Inspection OfWaiting(InspectionObservation observation) =>
        observation.Item is null && observation.Now - DateTimeOffset.FromUnixTimeMilliseconds(observation.Observed!.CreatedAt) > observation.ActiveLimit
            ? new Inspection(Finding.New, $"It has been {observation.Observed.Status} for longer than an onboarding waits, and it is not registered: CentralAmp missed its event.")
            : new Inspection(Finding.NotReady, $"It is {observation.Observed!.Status}.");

    /// <summary>An onboarding that was rolled back, or that ended with a cause that no inspection can find, is retried once a day.</summary>
    private static Inspection? OfHistory(InspectionObservation observation)
    {
        var item = observation.Item!;
        // What an execution left unhealthy is finished at once, not after a day.
        var hidden = item.Facts.Unfinished is null && (item.State == Outcome.RolledBack || (item is { State: Outcome.Blocked, Cause: { } cause } && FoundByOnboardingOnly.Contains(cause)));
        if (!hidden)
        {
            return null;
        }

        var since = item.ExecutionStartedAt ?? DateTimeOffset.MinValue;
        return observation.Now - since < RetryAfter
            ? new Inspection(Finding.Unchanged, $"It is {item.State}; onboarding is retried a day after {since:yyyy-MM-dd HH:mm}Z.", item.Cause, item.Remedy)
            : new Inspection(Finding.Differs, $"It has been {item.State} since {since:yyyy-MM-dd HH:mm}Z: onboarding is retried.", item.Cause, item.Remedy);
    }

    /// <summary>The failure that ended the inspection, or with which an onboarding would end.</summary>
    private static Inspection? OfFailure(InspectionObservation observation) => (observation.Refusal, observation.Obstacle) switch
    {
        ({ } refusal, _) => Refused(observation, refusal),
        // The managed RBAC or the access entry was changed: onboarding restores both.
        (_, { Cause: Causes.KubernetesForbidden or Causes.KubernetesUnauthorized } obstacle) when !IsKnown(observation, obstacle) =>
            new Inspection(Finding.Differs, obstacle.Sentence, obstacle.Cause, obstacle.Remedy),
        (_, { } obstacle) when InspectionFailures.Contains(obstacle.Cause) || IsKnown(observation, obstacle) => Unreachable(obstacle),
        (_, { } obstacle) => Refused(observation, obstacle),
        _ => null,
    };

    /// <summary>Unchanged if the registry records the same cause: it was reported already, and an onboarding would end the same way.</summary>
    private static Inspection Refused(InspectionObservation observation, Failure refusal) => InspectionFailures.Contains(refusal.Cause)
        ? Unreachable(refusal)
        : new Inspection(IsKnown(observation, refusal) ? Finding.Unchanged : Finding.Differs, refusal.Sentence, refusal.Cause, refusal.Remedy);

    private static bool IsKnown(InspectionObservation observation, Failure failure) =>
        observation.Item is { State: Outcome.Blocked or Outcome.Unhealthy } item && item.Cause == failure.Cause;

    private static Inspection? OfResources(InspectionObservation observation) => observation switch
    {
        { ModeToSwitch: true } => Differs("CentralAmp must switch its authentication mode."),
        { AccessEntry: AccessEntryDelta.Create } => Differs("The access entry of CentralAmpMember is missing."),
        { AccessEntry: AccessEntryDelta.UpdateGroups } => Differs("The access entry of CentralAmpMember has other groups."),
        { Elevated: true } => Differs("CentralAmpMember is still cluster-admin."),
        { Reading: RbacAccess.Missing } => Differs("The read-only RBAC differs from the desired one."),
        { Plan: null } => null,
        // A parked cluster waits also if its route changes meanwhile: the onboarding that ends the wait moves it, too.
        { Plan.Next: PlanNext.Park, Item.State: Outcome.Parked } => new Inspection(Finding.Unchanged, observation.Plan.Sentence, observation.Item.Cause),
        // Before the other rules: the ingest policy of a re-routed cluster differs, too.
        { Item.WorkspaceArn: { } known } when known != observation.Plan.WorkspaceArn => Rerouted(observation, known),
        { VerifiedWorkspaceArn: { } verified } when verified != observation.Plan.WorkspaceArn => Rerouted(observation, verified),
        { Plan.Next: PlanNext.Park } => Differs(observation.Plan.Sentence),
        { Trust: [_, ..] actions } => Differs($"Trust differs: {string.Join(", ", actions)}."),
        { Writing: RbacAccess.Missing } => Differs("The RBAC for writing differs from the desired one."),
        { Plan.Change: not Change.Unchanged } => Differs(observation.Plan.Sentence),
        { Item.State: Outcome.Failed or Outcome.Blocked or Outcome.Parked } => Differs($"It is {observation.Item.State} ({observation.Item.Cause}), but the inspection found no obstacle."),
        _ => null,
    };

    private static Inspection? OfSamples(InspectionObservation observation)
    {
        if (observation.Samples is not { } samples)
        {
            return null;
        }

        var plan = observation.Plan!;
        var (_, failure) = VerificationDecider.Decide(samples, plan.ClusterLabel, plan.WorkspaceArn, deliveredAt: null, observation.Now);
        return (failure, observation.Item!.State) switch
        {
            ({ } missing, _) => Refused(observation, missing),
            (_, Outcome.Verified) => new Inspection(Finding.Unchanged, "Everything is as desired.") { Facts = MissingFacts(observation) },
            _ => Differs($"It is {observation.Item.State} ({observation.Item.Cause}), but its samples arrive."),
        };
    }

    /// <summary>
    /// An item from before the facts, or from a restored table, does not name the collector. Here the role trusts exactly the collector that sends (else trust
    /// would differ), so the finding's write completes the item, and no workflow has to run for it.
    /// </summary>
    private static FactsUpdate? MissingFacts(InspectionObservation observation) =>
        OnboardingFacts.CollectorOf(observation.Plan!) == observation.Item!.Facts.Onboarded() ? null : OnboardingFacts.Deliver(observation.Plan!, namespaceUid: null, announced: false);

    private static Inspection Rerouted(InspectionObservation observation, string from) =>
        new(Finding.Reroute, $"It writes to {from}, but its route names {observation.Plan!.WorkspaceArn}.");

    private static Inspection Differs(string sentence) => new(Finding.Differs, sentence);

    private static Inspection Unreachable(Failure failure) => new(Finding.Unreachable, failure.Sentence, failure.Cause, failure.Remedy);
}
