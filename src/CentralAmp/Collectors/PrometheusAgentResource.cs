using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>A PrometheusAgent resource (monitoring.coreos.com/v1alpha1) as far as the road looks at it.</summary>
/// <param name="IsManaged">The one that delivery <c>prometheus-agent</c> makes.</param>
/// <param name="RemoteWriteOwners">Managers of <c>spec.remoteWrite</c>.</param>
public sealed record PrometheusAgentResource(
    string Namespace, string Name, bool IsManaged, IReadOnlyList<JsonObject> RemoteWrite, IReadOnlyList<string> RemoteWriteOwners)
{
    public override string ToString() => $"PrometheusAgent '{Namespace}/{Name}'";

    /// <summary>Never fails: what cannot be read is as if it were not there.</summary>
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
