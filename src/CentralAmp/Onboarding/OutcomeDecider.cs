using System.Globalization;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Verification;

namespace CentralAmp.Onboarding;

/// <summary>The outcome of an execution.</summary>
/// <param name="Cause">Null if nothing is wrong.</param>
public sealed record OutcomeDecision(Outcome Outcome, string? Cause, string Sentence, string? Remedy);

/// <summary>Decides the outcome of an onboarding from the results of its states. The first rule that fits applies. Pure.</summary>
internal static class OutcomeDecider
{
    /// <summary>Denials that usually end within seconds. If one persists until the retry limit, an operator must act.</summary>
    private static readonly string[] StillDenied =
        [Causes.TrustNotEffective, Causes.KubernetesUnauthorized, Causes.KubernetesForbidden, Causes.AccessEntryMissing];

    public static OutcomeDecision Decide(RecordOutcomeRequest request) => request switch
    {
        { Failure: { } caught } => OfFailure(request, FailureMessage.Parse(caught.Error, caught.Cause)),
        { Described: { Next: ClusterNext.Refuse } described } => OfFailure(request, FailureMessage.Parse(nameof(BlockedException), described.Refusal)),
        { Leftover: { } caught } => OfLeftover(FailureMessage.Parse(caught.Error, caught.Cause)),
        { Described: { Next: ClusterNext.OptOut } described } => new OutcomeDecision(
            // Opted out is what the end of the offboarding records, after everything is gone.
            described is { Onboarded: true, IsDryRun: false } ? Outcome.Offboarding : Outcome.OptedOut, null, OptedOut(request, described), null),
        { Described.Next: ClusterNext.Offboarded } => new OutcomeDecision(
            Outcome.Offboarded,
            null,
            $"{Name(request)} was offboarded before; nothing was changed.",
            "To onboard it again, execute with {\"reopen\": true}."),
        // A dry run ends with the plan; the cluster is unchanged.
        { Plan: { Stop: PlanStop.DryRun } plan } => new OutcomeDecision(Outcome.Parked, null, $"Dry run, nothing was changed. {string.Join(' ', [plan.Sentence, .. plan.Warnings])}", null),
        { Plan: { Stop: PlanStop.ParkedTooLong } plan } => new OutcomeDecision(
            Outcome.Parked, plan.Cause ?? Causes.NoCollectorYet, plan.Sentence, plan.Remedy ?? DeliveryRefusals.NoCollectorRemedy),
        { Verification: { } verification } => new OutcomeDecision(Outcome.Verified, null, Verified(request, verification), null),
        _ => new OutcomeDecision(
            Outcome.Failed,
            Causes.Unexpected,
            $"The onboarding of {Name(request)} ended without a result and without a failure.",
            "Report it as a bug, with the execution's history."),
    };

    private static string OptedOut(RecordOutcomeRequest request, ClusterDescription described) =>
        $"{Name(request)} is opted out by its tags (central-amp:onboard); "
        + (described.Onboarded ? "the offboarding removes everything that CentralAmp made for it." : "nothing was changed.");

    private static string Verified(RecordOutcomeRequest request, VerifyIngestResult verification)
    {
        var series = verification.Series?.ToString(CultureInfo.InvariantCulture) ?? "uncounted";
        var seen = $"{series} series, newest sample of {verification.NewestSampleAt:yyyy-MM-dd HH:mm:ss}Z.";
        var notice = request.Trust?.Notice is { } text ? $" {text}" : "";
        return $"{Name(request)} sends its metrics to {request.Plan?.WorkspaceArn}: {seen}{Moved(request)}{notice}";
    }

    /// <summary>Another Prometheus, or an agent instead of one, is the collector now.</summary>
    private static string Moved(RecordOutcomeRequest request)
    {
        var (now, before) = (request.Plan?.Collector, request.Plan?.Replaces.FirstOrDefault(replaced => replaced.Delivery != DeliveryNames.Values)?.Collector);
        return now is null || before is null || (now.Namespace, now.Name) == (before.Namespace, before.Name)
            ? ""
            : $" The collector moved from '{before.Namespace}/{before.Name}' to '{now.Namespace}/{now.Name}'.";
    }

    /// <summary>
    /// The collector uses the planned configuration, applied by this execution or an earlier one. Values that wait for an operator are not delivered.
    /// A plan without changes means delivered only if it is not parked.
    /// </summary>
    public static bool IsDelivered(RecordOutcomeRequest request) =>
        request is { Delivery.Waits: false } or { Plan: { Next: PlanNext.Deliver, Change: Change.Unchanged }, Trust: not null };

    private static OutcomeDecision OfFailure(RecordOutcomeRequest request, Failure failure) =>
        new(OutcomeOf(request, failure), failure.Cause, failure.Sentence + Aftermath(request), failure.Remedy);

    private static Outcome OutcomeOf(RecordOutcomeRequest request, Failure failure)
    {
        if (failure.Cause == Causes.TakenOver)
        {
            return Outcome.Superseded;
        }

        if (request.Withdrawal is { Change: not Change.Unchanged })
        {
            return Outcome.RolledBack;
        }

        // Delivered, in this execution or an earlier one, but not verified now. A failure after the verification is not Unhealthy.
        var wasDelivered = request.Verification is null && IsDelivered(request);
        return failure.Kind switch
        {
            FailureKind.Unexpected => Outcome.Failed,
            _ when wasDelivered && request.Withdrawal is null => Outcome.Unhealthy,
            FailureKind.Blocked => Outcome.Blocked,
            // Everything is as desired and still denied after the limit: the reason is outside CentralAmp, so an operator must act.
            FailureKind.NotReady when StillDenied.Contains(failure.Cause) => Outcome.Blocked,
            // The waiting limit or retry limit is reached; another execution may succeed.
            _ => Outcome.Failed,
        };
    }

    /// <summary>The elevation or the withdrawal failed at the end of an execution that had no other failure.</summary>
    private static OutcomeDecision OfLeftover(Failure leftover) => new(Outcome.Failed, leftover.Cause, leftover.Sentence, leftover.Remedy);

    private static string Aftermath(RecordOutcomeRequest request) => request switch
    {
        { Leftover: { } caught } => $" The cleanup afterwards failed, too: {FailureMessage.Parse(caught.Error, caught.Cause).Sentence}",
        { Withdrawal.Restored: true } => " CentralAmp restored the delivery that was healthy before.",
        { Withdrawal.Change: not Change.Unchanged } => " CentralAmp withdrew the delivery.",
        _ => "",
    };

    private static string Name(RecordOutcomeRequest request) => request.Cluster?.ToString() ?? "an unknown cluster";
}
