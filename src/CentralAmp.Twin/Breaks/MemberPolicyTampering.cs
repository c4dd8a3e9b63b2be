using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Breaks;

/// <summary>Removes one permission of the member roles before the cluster is created.</summary>
public sealed class MemberPolicyTampering(string action) : ITampering
{
    public async Task PlantAsync(TwinWorld world, string clusterName, CancellationToken cancellationToken)
    {
        foreach (var role in (string[])[TwinWorld.MemberRole, TwinWorld.MemberManagerRole])
            await RemoveAsync(world, role, cancellationToken);
        await world.IamSettlesAsync(cancellationToken);
    }

    private async Task RemoveAsync(TwinWorld world, string role, CancellationToken cancellationToken)
    {
        foreach (var name in (await world.MemberIam.ListRolePoliciesAsync(new ListRolePoliciesRequest { RoleName = role }, cancellationToken)).PolicyNames)
        {
            var policy = await world.MemberIam.GetRolePolicyAsync(new GetRolePolicyRequest { RoleName = role, PolicyName = name }, cancellationToken);
            var document = JsonNode.Parse(Uri.UnescapeDataString(policy.PolicyDocument))!;
            if (!Remove(document))
                continue;
            await world.MemberIam.PutRolePolicyAsync(
                new PutRolePolicyRequest { RoleName = role, PolicyName = name, PolicyDocument = document.ToJsonString() }, cancellationToken);
        }
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
