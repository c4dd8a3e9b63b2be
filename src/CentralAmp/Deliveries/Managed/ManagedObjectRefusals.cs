using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Managed;

/// <summary>What someone takes from our own namespace again and again is not put back again and again. Pure.</summary>
internal static class ManagedObjectRefusals
{
    public static Failure? OfReverts(ManagedNamespace observed, string delivery, IReadOnlyList<ManagedObject> objects) =>
        observed.AppliedOf(delivery) >= ManagedNames.MostApplied && objects.FirstOrDefault(item => IsReverted(item, observed)) is { } reverted
            ? Failure.Blocked(
                Causes.Reverted,
                $"CentralAmp put {reverted} there {observed.AppliedOf(delivery)} times, and every time someone removed or changed it.",
                $"Find out who (an operator of policies, GitOps that prunes, a person) and exempt the namespace '{AgentNames.Namespace}', or remove the annotation "
                + $"{ManagedNames.AppliedAnnotationOf(delivery)} of the service account '{AgentNames.Namespace}/{AgentNames.ServiceAccount}' to let CentralAmp try again; then execute again.")
            : null;

    /// <summary>What cannot be counted is not put there: someone could remove it for ever.</summary>
    public static Failure OfCounting() => Failure.NotReady(
        Causes.NotReconciled,
        $"The service account '{AgentNames.Namespace}/{AgentNames.ServiceAccount}', on which CentralAmp counts, is gone.",
        "Execute again, which restores it; if it happens again, see what removes it.");

    private static bool IsReverted(ManagedObject item, ManagedNamespace observed) =>
        item.StateOf(observed.Find(item.Path)) is ManagedObjectState.Absent or ManagedObjectState.Changed;
}
