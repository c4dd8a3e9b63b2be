using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Breaks;

/// <summary>Replaces the workspace in the ingest policy as soon as CentralAmp puts the policy.</summary>
public sealed class IngestPolicyTampering : ITampering
{
    public Task PlantAsync(TwinWorld world, string clusterName, CancellationToken cancellationToken)
    {
        world.AfterIamWrite("PutRolePolicy", clusterName, ChangePolicyAsync);
        return Task.CompletedTask;

        async Task ChangePolicyAsync(string roleName)
        {
            var names = (await world.Iam.ListRolePoliciesAsync(new ListRolePoliciesRequest { RoleName = roleName }, cancellationToken)).PolicyNames;
            var put = await world.Iam.GetRolePolicyAsync(new GetRolePolicyRequest { RoleName = roleName, PolicyName = names.Single() }, cancellationToken);
            var policy = JsonNode.Parse(Uri.UnescapeDataString(put.PolicyDocument))!;
            foreach (var statement in policy["Statement"]!.AsArray())
                statement!["Resource"] = $"arn:aws:aps:{world.Region}:{world.HubAccount}:workspace/ws-00000000-0000-0000-0000-000000000000";
            await world.Iam.PutRolePolicyAsync(
                new PutRolePolicyRequest { RoleName = roleName, PolicyName = put.PolicyName, PolicyDocument = policy.ToJsonString() },
                cancellationToken);
        }
    }
}
