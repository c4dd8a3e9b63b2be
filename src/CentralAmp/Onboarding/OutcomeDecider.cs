using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Verification;

namespace CentralAmp.Onboarding;

/// <summary>What an execution came to, from what its states left behind.</summary>
/// <param name="Cause">Null where nothing is wrong.</param>
public sealed record OutcomeDecision(Outcome Outcome, string? Cause, string Sentence, string? Remedy);

/// <summary>Pure; the first that fits, from the top.</summary>
internal static class OutcomeDecider
{
    /// <summary>Denials that settle within seconds; what lasts to the end of the waiting does not settle by itself.</summary>
    private static readonly string[] StillDenied =
        [Causes.TrustNotEffective, Causes.KubernetesUnauthorized, Causes.KubernetesForbidden, Causes.AccessEntryMissing];

    public static OutcomeDecision Decide(RecordOutcomeRequest request) => request switch
    {
        { Failure: { } caught } => OfFailure(request, FailureMessage.Parse(caught.Error, caught.Cause)),
        { Described: { Next: ClusterNext.Refuse } described } => OfFailure(request, FailureMessage.Parse(nameof(BlockedException), described.Refusal)),
        { Leftover: { } caught } => OfLeftover(FailureMessage.Parse(caught.Error, caught.Cause)),
        { Described: { Next: ClusterNext.OptOut } described } => new OutcomeDecision(Outcome.OptedOut, null, OptedOut(request, described), null),
        { Described.Next: ClusterNext.Offboarded } => new OutcomeDecision(
            Outcome.Offboarded,
            null,
            $"{Name(request)} was offboarded before; nothing was changed.",
            "To onboard it again, execute with {\"reopen\": true}."),
        // Nothing was asked of the road but the plan: the cluster is where it was.
        { Plan: { Stop: PlanStop.DryRun } plan } => new OutcomeDecision(Outcome.Parked, null, $"Dry run, nothing was changed. {plan.Sentence}", null),
        { Plan: { Stop: PlanStop.ParkedTooLong } plan } => new OutcomeDecision(
            Outcome.Parked, plan.Cause ?? Causes.NoCollectorYet, plan.Sentence, plan.Remedy ?? DeliveryRefusals.NoCollectorRemedy),
        { Verification: { } verification } => new OutcomeDecision(Outcome.Verified, null, Verified(request, verification), null),
        _ => new OutcomeDecision(
            Outcome.Failed,
            Causes.Unexpected,
            $"The road of {Name(request)} ended without a result and without a failure.",
            "Report it as a bug, with the execution's history."),
    };

    private static string OptedOut(RecordOutcomeRequest request, ClusterDescription described) =>
        $"{Name(request)} is opted out by its tags (central-amp:onboard); "
        + (described.Onboarded ? "what CentralAmp made for it is being taken back." : "nothing was changed.");

    private static string Verified(RecordOutcomeRequest request, VerifyIngestResult verification)
    {
        var series = verification.Series?.ToString(CultureInfo.InvariantCulture) ?? "uncounted";
        var seen = $"{series} series, newest sample of {verification.NewestSampleAt:yyyy-MM-dd HH:mm:ss}Z.";
        var notice = request.Trust?.Notice is { } text ? $" {text}" : "";
        return $"{Name(request)} sends its metrics to {request.Plan?.WorkspaceArn}: {seen}{notice}";
    }

    /// <summary>
    /// The collector works with what was planned, by this execution or an earlier one. What waits for people to merge it is not delivered;
    /// that there is nothing to do says so only where the plan is not parked.
    /// </summary>
    public static bool IsDelivered(RecordOutcomeRequest request) =>
        request is { Delivery.Waits: false } or { Plan: { Next: PlanNext.Deliver, Change: Change.Unchanged }, Trust: not null };

    private static OutcomeDecision OfFailure(RecordOutcomeRequest request, Failure failure) =>
        new(OutcomeOf(request, failure), failure.Cause, failure.Sentence + Aftermath(request), failure.Remedy);

    private static Outcome OutcomeOf(RecordOutcomeRequest request, Failure failure)
    {
        if (request.Withdrawal is { Change: not Change.Unchanged })
        {
            return Outcome.RolledBack;
        }

        // Delivered before (in this execution or an earlier one), and not seen to work now. What fails after samples were seen is another matter.
        var wasDelivered = request.Verification is null && IsDelivered(request);
        return failure.Kind switch
        {
            FailureKind.Unexpected => Outcome.Failed,
            _ when wasDelivered && request.Withdrawal is null => Outcome.Unhealthy,
            FailureKind.Blocked => Outcome.Blocked,
            // Everything is as it should be and still denied after the limit: something outside CentralAmp, so a person must act.
            FailureKind.NotReady when StillDenied.Contains(failure.Cause) => Outcome.Blocked,
            // The limit of waiting, or of retries, is reached; another execution may do better.
            _ => Outcome.Failed,
        };
    }

    /// <summary>Elevation or withdrawal that failed on the way out of a success or a failure.</summary>
    private static OutcomeDecision OfLeftover(Failure leftover) => new(Outcome.Failed, leftover.Cause, leftover.Sentence, leftover.Remedy);

    private static string Aftermath(RecordOutcomeRequest request) => request switch
    {
        { Leftover: { } caught } => $" On the way out something was left behind: {FailureMessage.Parse(caught.Error, caught.Cause).Sentence}",
        { Withdrawal.Change: not Change.Unchanged } => " What was delivered has been withdrawn.",
        _ => "",
    };

    private static string Name(RecordOutcomeRequest request) => request.Cluster?.ToString() ?? "an unknown cluster";
}
