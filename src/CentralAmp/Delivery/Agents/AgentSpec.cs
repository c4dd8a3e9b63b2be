using System.Text.Json.Nodes;

namespace CentralAmp.Delivery.Agents;

/// <summary>What own agents are rendered from.</summary>
/// <param name="RoleArn">What their service account assumes.</param>
/// <param name="Entry">Our entry, rendered without a replica label and for one replica and shard.</param>
/// <param name="Image">With a tag or a digest.</param>
/// <param name="Tolerations">In Kubernetes' spelling; may be empty.</param>
public sealed record AgentSpec(string RoleArn, JsonObject Entry, string Image, JsonArray Tolerations);
