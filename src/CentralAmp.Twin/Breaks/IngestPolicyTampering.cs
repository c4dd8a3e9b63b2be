using System.Text.Json.Nodes;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Breaks;

/// <summary>Replaces the workspace in the ingest policy when CentralAmp puts the policy.</summary>
public sealed class IngestPolicyTampering : ITampering
{
    public Task PlantAsync(TwinWorld world, string clusterName, CancellationToken cancellationToken)
    {
        world.ChangeIamRequests("PutRolePolicy", "PolicyDocument", clusterName, document => ChangePolicy(document, world));
        return Task.CompletedTask;
    }

    private static string ChangePolicy(string document, TwinWorld world)
    {
        var policy = JsonNode.Parse(document)!;
        foreach (var statement in policy["Statement"]!.AsArray())
            statement!["Resource"] = $"arn:aws:aps:{world.Region}:{world.HubAccount}:workspace/ws-00000000-0000-0000-0000-000000000000";
        return policy.ToJsonString();
    }
}
