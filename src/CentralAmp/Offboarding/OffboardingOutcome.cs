using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;

namespace CentralAmp.Offboarding;

/// <summary>Decides the outcome of an offboarding. The first rule that fits applies. Pure.</summary>
internal static class OffboardingOutcome
{
    private const int MostNamed = 5;

    public static OutcomeDecision Decide(RecordOffboardingRequest request) => request switch
    {
        { Failure: { } caught } => OfFailure(request, FailureMessage.Parse(caught.Error, caught.Cause)),
        { Leftover: { } caught } => OfFailure(request, FailureMessage.Parse(caught.Error, caught.Cause)),
        { Resolved.Unreached: { } unreached } => OfFailure(request, FailureMessage.Parse(nameof(BlockedException), unreached)),
        { Resolved: { } resolved, Removal: { } removal } => new OutcomeDecision(
            resolved is { Presence: ClusterPresence.Living, Reason: OffboardingReason.OptedOut } ? Outcome.OptedOut : Outcome.Offboarded,
            null,
            Done(resolved, removal) + LeftOf(request.Rbac),
            null),
        _ => new OutcomeDecision(
            Outcome.Failed,
            Causes.Unexpected,
            "Offboarding ended without a result and without a failure.",
            "Report it as a bug, with the execution's history."),
    };

    private static string Done(ResolveOffboardingResult resolved, RemoveTrustResult removal) =>
        $"CentralAmp has removed everything that it made for {resolved.Cluster} ({resolved.Presence switch { ClusterPresence.Gone => "gone", _ => "living" }}, {resolved.Reason})"
        + (removal.KeptProviderArn is { } provider ? $", except {provider}, which other workloads of the cluster may use." : ".");

    /// <summary>Not a failure: these objects have CentralAmp's marks, which anybody can set, but CentralAmp's record does not name them.</summary>
    private static string LeftOf(RemoveRbacResult? rbac) => rbac?.Left is { Length: > 0 } left
        ? $" What CentralAmp did not record stays: {string.Join("; ", left.Take(MostNamed).Select(Quote.Cut))}{(left.Length > MostNamed ? $" and {left.Length - MostNamed} more" : "")}."
        : "";

    private static OutcomeDecision OfFailure(RecordOffboardingRequest request, Failure failure) =>
        new(OutcomeOf(request, failure), failure.Cause, failure.Sentence + Aftermath(request), failure.Remedy);

    private static Outcome OutcomeOf(RecordOffboardingRequest request, Failure failure) => (request, failure.Kind) switch
    {
        _ when failure.Cause == Causes.TakenOver => Outcome.Superseded,
        (_, FailureKind.Unexpected) => Outcome.Failed,
        // The input is invalid, or it does not identify one cluster.
        ({ Resolved: null }, FailureKind.Blocked) => Outcome.Blocked,
        // Its access is not cut yet: the outcome is Failed, because the cluster may still write.
        ({ Resolved: null } or { Resolved.Presence: ClusterPresence.Living, Cut: null }, _) => Outcome.Failed,
        // Its access is cut or the cluster is gone; an operator or the next sweep finishes the rest.
        (_, FailureKind.Blocked or FailureKind.NotReady) => Outcome.Offboarding,
        _ => Outcome.Failed,
    };

    private static string Aftermath(RecordOffboardingRequest request) => request switch
    {
        { Failure: not null, Leftover: { } caught } =>
            $" The cleanup afterwards failed, too: {FailureMessage.Parse(caught.Error, caught.Cause).Sentence}",
        { Resolved.Presence: ClusterPresence.Living, Cut: not null, Removal: null } => " Its access to the workspace is cut; its role stays until CentralAmp's configuration is removed from the cluster.",
        _ => "",
    };
}
