using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries;

/// <summary>What must hold before CentralAmp writes into its own namespace. NotReady parks the execution, Blocked ends it.</summary>
internal static class ManagedChecks
{
    public static Failure? NamespaceIsUsable(PlanObservation observation) => observation.Managed.Namespace switch
    {
        NamespaceState.Foreign => NamespaceRefusals.NotMade(observation.Cluster),
        NamespaceState.Managed or NamespaceState.Terminating when !Ownership.IsNamespaceManaged(observation) => NamespaceRefusals.NotMade(observation.Cluster),
        NamespaceState.Terminating => Failure.NotReady(
            Causes.NamespaceTerminating,
            $"The namespace '{AgentNames.Namespace}' of {observation.Cluster} is being deleted.",
            "None if the deletion ends; a namespace that stays Terminating has a finalizer that no controller removes: see its status."),
        _ => null,
    };

    /// <summary>Objects with the names of CentralAmp's objects have CentralAmp's label.</summary>
    public static Failure? ObjectsAreManaged(PlanObservation observation, string delivery)
    {
        var foreign = ManagedObject.PathsOf(delivery).Select(observation.Managed.Find).FirstOrDefault(found => found is not null && !ManagedNames.IsManaged(found));
        return foreign is not null
            ? Foreign(observation, $"{foreign["kind"]?.ToString() ?? "object"} '{AgentNames.Namespace}/{foreign["metadata"]?["name"]}'")
            : null;
    }

    private static Failure Foreign(PlanObservation observation, string what) => Failure.Blocked(
        Causes.KubernetesConflict,
        $"There is a {what} in {observation.Cluster} that CentralAmp did not create.",
        $"Remove it, or give it the label {ManagedNames.ManagedByLabel}={ManagedNames.ManagedBy} if CentralAmp may manage it, then execute again.");
}
