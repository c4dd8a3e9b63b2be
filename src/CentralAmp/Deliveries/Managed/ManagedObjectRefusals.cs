using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Managed;

/// <summary>Refuses to restore objects that another manager removes repeatedly. Pure.</summary>
internal static class ManagedObjectRefusals
{
    public static Failure? OfReverts(ManagedNamespace observed, string delivery, IReadOnlyList<ManagedObject> objects) =>
        observed.AppliedOf(delivery) >= ManagedNames.MostApplied && objects.FirstOrDefault(item => IsReverted(item, observed)) is { } reverted
            ? Failure.Blocked(
                Causes.Reverted,
                $"CentralAmp applied {reverted} {observed.AppliedOf(delivery)} times, and every time another manager removed or changed it.",
                $"Find out which one (a policy engine, GitOps that prunes, a person) and exempt the namespace '{AgentNames.Namespace}', or remove the annotation "
                + $"{ManagedNames.AppliedAnnotationOf(delivery)} of the service account '{AgentNames.Namespace}/{AgentNames.ServiceAccount}' to let CentralAmp try again; then execute again.")
            : null;

    /// <summary>CentralAmp does not apply an object that it cannot count: another manager could remove it without end.</summary>
    public static Failure OfCounting() => Failure.NotReady(
        Causes.NotReconciled,
        $"The service account '{AgentNames.Namespace}/{AgentNames.ServiceAccount}', which carries CentralAmp's count, does not exist.",
        "Execute again, which restores it; if it happens again, find out what removes it.");

    private static bool IsReverted(ManagedObject item, ManagedNamespace observed) =>
        item.StateOf(observed.Find(item.Path)) is ManagedObjectState.Absent or ManagedObjectState.Changed;
}
