using System.Text.Json.Nodes;
using CentralAmp.Collectors;

namespace CentralAmp.Deliveries.Managed;

/// <summary>Metadata with the label of managed objects.</summary>
internal static class AgentMetadata
{
    /// <param name="namespace">Null: a cluster-scoped object.</param>
    public static JsonObject Of(string name, string? @namespace = AgentNames.Namespace)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        metadata["labels"] = Labels();
        return metadata;
    }

    public static JsonObject Labels() => new() { [ManagedNames.ManagedByLabel] = ManagedNames.ManagedBy };
}
