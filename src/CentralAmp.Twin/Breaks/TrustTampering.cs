using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Breaks;

/// <summary>Changes one condition of the ingest role's trust policy as soon as the role exists.</summary>
/// <param name="key">End of the condition key: <c>:sub</c> or <c>:aud</c>.</param>
public sealed class TrustTampering(string key, string value) : ITampering
{
    public Task PlantAsync(TwinWorld world, string clusterName, CancellationToken cancellationToken)
    {
        world.AfterIamWrite("CreateRole", clusterName, ChangeTrustAsync);
        return Task.CompletedTask;

        async Task ChangeTrustAsync(string roleName)
        {
            var role = (await world.Iam.GetRoleAsync(new GetRoleRequest { RoleName = roleName }, cancellationToken)).Role;
            var trust = JsonNode.Parse(Uri.UnescapeDataString(role.AssumeRolePolicyDocument))!;
            foreach (var condition in trust["Statement"]!.AsArray().Select(statement => statement!["Condition"]!["StringEquals"]!.AsObject()))
                condition[condition.Single(pair => pair.Key.EndsWith(key, StringComparison.Ordinal)).Key] = value;
            await world.Iam.UpdateAssumeRolePolicyAsync(
                new UpdateAssumeRolePolicyRequest { RoleName = roleName, PolicyDocument = trust.ToJsonString() },
                cancellationToken);
        }
    }
}
