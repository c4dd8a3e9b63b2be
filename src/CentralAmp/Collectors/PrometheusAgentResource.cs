using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>The properties of a PrometheusAgent resource (monitoring.coreos.com/v1alpha1) that CentralAmp reads.</summary>
/// <param name="IsManaged">It is the resource that delivery <c>prometheus-agent</c> creates.</param>
/// <param name="RemoteWriteOwners">Managers of <c>spec.remoteWrite</c>.</param>
public sealed record PrometheusAgentResource(
    string Namespace, string Name, bool IsManaged, IReadOnlyList<JsonObject> RemoteWrite, IReadOnlyList<string> RemoteWriteOwners)
{
    public override string ToString() => $"PrometheusAgent '{Namespace}/{Name}'";

    /// <summary>Never fails: invalid fields count as absent.</summary>
    public static PrometheusAgentResource Read(JsonObject resource)
    {
        var fields = new FieldReader(resource);
        var (@namespace, name) = (fields.Text("", "metadata", "namespace"), fields.Text("", "metadata", "name"));
        return new PrometheusAgentResource(
            @namespace,
            name,
            (@namespace, name) == (AgentNames.Namespace, AgentNames.PrometheusAgent) && ManagedNames.IsManaged(resource),
            RemoteWriteEntries.Read(fields),
            ManagedFields.OwnersOf(resource, "spec", "remoteWrite"));
    }
}
