using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;

namespace CentralAmp.Offboarding;

/// <summary>What an offboarding came to. Pure; the first that fits, from the top.</summary>
internal static class OffboardingOutcome
{
    public static OutcomeDecision Decide(RecordOffboardingRequest request) => request switch
    {
        { Failure: { } caught } => OfFailure(request, FailureMessage.Parse(caught.Error, caught.Cause)),
        { Leftover: { } caught } => OfFailure(request, FailureMessage.Parse(caught.Error, caught.Cause)),
        { Resolved.Unreached: { } unreached } => OfFailure(request, FailureMessage.Parse(nameof(BlockedException), unreached)),
        { Resolved: { } resolved, Removal: { } removal } => new OutcomeDecision(
            resolved is { Presence: ClusterPresence.Living, Reason: OffboardingReason.OptedOut } ? Outcome.OptedOut : Outcome.Offboarded,
            null,
            Done(resolved, removal),
            null),
        _ => new OutcomeDecision(
            Outcome.Failed,
            Causes.Unexpected,
            "Offboarding ended without a result and without a failure.",
            "Report it as a bug, with the execution's history."),
    };

    private static string Done(ResolveOffboardingResult resolved, RemoveTrustResult removal) =>
        $"Nothing of CentralAmp is left for {resolved.Cluster} ({resolved.Presence switch { ClusterPresence.Gone => "gone", _ => "living" }}, {resolved.Reason})"
        + (removal.KeptProviderArn is { } provider ? $" but {provider}, which other workloads of the cluster may rely on." : ".");

    private static OutcomeDecision OfFailure(RecordOffboardingRequest request, Failure failure) =>
        new(OutcomeOf(request, failure), failure.Cause, failure.Sentence + Aftermath(request), failure.Remedy);

    private static Outcome OutcomeOf(RecordOffboardingRequest request, Failure failure) => (request, failure.Kind) switch
    {
        (_, FailureKind.Unexpected) => Outcome.Failed,
        // Nothing is known of the cluster, or nothing is known of a request for it.
        ({ Resolved: null }, FailureKind.Blocked) => Outcome.Blocked,
        // Its access is not cut: not a state to leave it in.
        ({ Resolved: null } or { Resolved.Presence: ClusterPresence.Living, Cut: null }, _) => Outcome.Failed,
        // Access is cut, or the cluster gone; what is left waits for a person or the next sweep.
        (_, FailureKind.Blocked or FailureKind.NotReady) => Outcome.Offboarding,
        _ => Outcome.Failed,
    };

    private static string Aftermath(RecordOffboardingRequest request) => request switch
    {
        { Failure: not null, Leftover: { } caught } =>
            $" On the way out something was left behind: {FailureMessage.Parse(caught.Error, caught.Cause).Sentence}",
        { Resolved.Presence: ClusterPresence.Living, Cut: not null, Removal: null } => " Its access to the workspace is cut; its role stays until our configuration is gone.",
        _ => "",
    };
}
