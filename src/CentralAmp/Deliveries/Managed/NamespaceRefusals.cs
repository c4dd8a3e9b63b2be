using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Deliveries.Managed;

/// <summary>A namespace with CentralAmp's name in which somebody else has a say: an agent there would give its identity away. Pure.</summary>
internal static class NamespaceRefusals
{
    private const string Remedy =
        $"Delete or rename what is not CentralAmp's (kubectl get all,rolebindings -n {AgentNames.Namespace}; kubectl delete namespace {AgentNames.Namespace} "
        + "if nothing in it is needed), then execute again; CentralAmp creates the namespace itself.";

    /// <summary>Also for a namespace with CentralAmp's label: whoever creates a namespace can label it.</summary>
    public static Failure NotMade(ClusterReference cluster) => Failure.Blocked(
        Causes.NamespaceForeign, $"There is a namespace '{AgentNames.Namespace}' in {cluster} that CentralAmp did not create, by its own record.", Remedy);

    /// <param name="bindings">The RoleBindings in the namespace.</param>
    /// <param name="managed">Name of CentralAmp's own binding.</param>
    public static Failure? OfBindings(ClusterReference cluster, IEnumerable<JsonObject> bindings, string managed)
    {
        var others = bindings.Select(binding => binding["metadata"]?["name"]?.ToString() ?? "").Where(name => name != managed).Order(StringComparer.Ordinal).Take(3).ToList();
        return others.Count == 0
            ? null
            : Failure.Blocked(
                Causes.NamespaceForeign,
                $"In the namespace '{AgentNames.Namespace}' of {cluster}, somebody else has rights by the RoleBindings {string.Join(", ", others.Select(name => $"'{Quote.Cut(name)}'"))}.",
                Remedy);
    }
}
