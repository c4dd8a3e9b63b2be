using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Delivery.Agents;

namespace CentralAmp.Planning;

/// <summary>A PrometheusAgent resource (monitoring.coreos.com/v1alpha1) as far as the road looks at it.</summary>
/// <param name="IsOurs">The one that delivery <c>prometheus-agent</c> makes.</param>
/// <param name="RemoteWriteOwners">Managers of <c>spec.remoteWrite</c>.</param>
public sealed record PrometheusAgentResource(
    string Namespace, string Name, bool IsOurs, IReadOnlyList<JsonObject> RemoteWrite, IReadOnlyList<string> RemoteWriteOwners)
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
            (@namespace, name) == (AgentNames.Namespace, AgentNames.PrometheusAgent) && RbacComparison.IsOurs(resource),
            RemoteWriteEntries.Read(fields),
            ManagedFields.OwnersOf(resource, "spec", "remoteWrite"));
    }
}
