using CentralAmp.Delivery.Agents;
using CentralAmp.Failures;

namespace CentralAmp.Delivery;

/// <summary>What someone takes from our own namespace again and again is not put back again and again. Pure.</summary>
internal static class OwnRefusals
{
    public static Failure? OfReverts(ObservedOwn observed, IReadOnlyList<OwnObject> objects) =>
        observed.Applied >= DeliveryDecider.MostApplied && objects.FirstOrDefault(item => IsReverted(item, observed)) is { } reverted
            ? Decisions.Blocked(
                Causes.Reverted,
                $"CentralAmp put {reverted} there {observed.Applied} times, and every time someone removed or changed it.",
                $"Find out who (an operator of policies, GitOps that prunes, a person) and exempt the namespace '{AgentNames.Namespace}', or remove the annotation "
                + $"{Ours.AppliedAnnotation} of the service account '{AgentNames.Namespace}/{AgentNames.ServiceAccount}' to let CentralAmp try again; then execute again.")
            : null;

    public static bool IsReverted(OwnObject item, ObservedOwn observed) =>
        item.StandingOf(observed.Find(item.Path)) is OwnStanding.Absent or OwnStanding.Changed;
}
