using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Breaks;

/// <summary>Removes one permission of the member role before the cluster is created.</summary>
public sealed class MemberPolicyTampering(string action) : ITampering
{
    public async Task PlantAsync(TwinWorld world, string clusterName, CancellationToken cancellationToken)
    {
        foreach (var name in (await world.MemberIam.ListRolePoliciesAsync(new ListRolePoliciesRequest { RoleName = TwinWorld.MemberRole }, cancellationToken)).PolicyNames)
        {
            var policy = await world.MemberIam.GetRolePolicyAsync(
                new GetRolePolicyRequest { RoleName = TwinWorld.MemberRole, PolicyName = name }, cancellationToken);
            var document = JsonNode.Parse(Uri.UnescapeDataString(policy.PolicyDocument))!;
            if (!Remove(document))
                continue;
            await world.MemberIam.PutRolePolicyAsync(
                new PutRolePolicyRequest { RoleName = TwinWorld.MemberRole, PolicyName = name, PolicyDocument = document.ToJsonString() }, cancellationToken);
        }

        await world.IamSettlesAsync(cancellationToken);
    }

    private bool Remove(JsonNode document)
    {
        var removed = false;
        foreach (var statement in document["Statement"]!.AsArray().ToList())
        {
            var actions = statement!["Action"] is JsonArray many ? many.Select(item => (string)item!).ToList() : [(string)statement["Action"]!];
            if (!actions.Remove(action))
                continue;
            removed = true;
            if (actions.Count == 0)
                document["Statement"]!.AsArray().Remove(statement);
            else
                statement["Action"] = new JsonArray([.. actions.Select(item => (JsonNode)item)]);
        }

        return removed;
    }
}
