using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries;

/// <summary>What must hold before CentralAmp writes into its own namespace. NotReady parks the execution, Blocked ends it.</summary>
internal static class ManagedChecks
{
    public static Failure? NamespaceIsUsable(PlanObservation facts) => facts.Own.Namespace switch
    {
        NamespaceState.Terminating => Failure.NotReady(
            Causes.NamespaceTerminating,
            $"The namespace '{AgentNames.Namespace}' of {facts.Cluster} is being deleted.",
            "None if it goes; a namespace that stays Terminating has a finalizer that nobody serves: see its status."),
        NamespaceState.Foreign => Foreign(facts, $"namespace '{AgentNames.Namespace}'"),
        _ => null,
    };

    /// <summary>What has the names of our objects has our label, too.</summary>
    public static Failure? ObjectsAreManaged(PlanObservation facts, string delivery)
    {
        var foreign = ManagedObject.PathsOf(delivery).Select(facts.Own.Find).FirstOrDefault(found => found is not null && !ManagedNames.IsManaged(found));
        return foreign is not null
            ? Foreign(facts, $"{foreign["kind"]?.ToString() ?? "object"} '{AgentNames.Namespace}/{foreign["metadata"]?["name"]}'")
            : null;
    }

    private static Failure Foreign(PlanObservation facts, string what) => Failure.Blocked(
        Causes.KubernetesConflict,
        $"There is a {what} in {facts.Cluster} that CentralAmp did not make.",
        $"Remove it, or give it the label {ManagedNames.ManagedByLabel}={ManagedNames.ManagedBy} if CentralAmp may have it, then execute again.");
}
