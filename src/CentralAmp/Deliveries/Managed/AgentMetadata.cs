using System.Text.Json.Nodes;
using CentralAmp.Collectors;

namespace CentralAmp.Deliveries.Managed;

/// <summary>Metadata with our label, by which what is ours is told from everything else.</summary>
internal static class AgentMetadata
{
    /// <param name="namespace">Null: of the cluster.</param>
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
