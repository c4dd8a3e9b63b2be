using CentralAmp.Delivery.Agents;
using CentralAmp.Failures;

namespace CentralAmp.Delivery;

/// <summary>What someone takes from our own namespace again and again is not put back again and again. Pure.</summary>
internal static class OwnRefusals
{
    public static Failure? OfReverts(ObservedOwn observed, string delivery, IReadOnlyList<OwnObject> objects) =>
        observed.AppliedOf(delivery) >= DeliveryDecider.MostApplied && objects.FirstOrDefault(item => IsReverted(item, observed)) is { } reverted
            ? Decisions.Blocked(
                Causes.Reverted,
                $"CentralAmp put {reverted} there {observed.AppliedOf(delivery)} times, and every time someone removed or changed it.",
                $"Find out who (an operator of policies, GitOps that prunes, a person) and exempt the namespace '{AgentNames.Namespace}', or remove the annotation "
                + $"{Ours.AppliedAnnotationOf(delivery)} of the service account '{AgentNames.Namespace}/{AgentNames.ServiceAccount}' to let CentralAmp try again; then execute again.")
            : null;

    /// <summary>What cannot be counted is not put there: someone could remove it for ever.</summary>
    public static Failure OfCounting() => Decisions.NotReady(
        Causes.NotReconciled,
        $"The service account '{AgentNames.Namespace}/{AgentNames.ServiceAccount}', on which CentralAmp counts, is gone.",
        "Execute again, which restores it; if it happens again, see what removes it.");

    private static bool IsReverted(OwnObject item, ObservedOwn observed) =>
        item.StandingOf(observed.Find(item.Path)) is OwnStanding.Absent or OwnStanding.Changed;
}
