using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>People and other tools that change what is ours.</summary>
public sealed class Drift(TwinWorld world)
{
    public async Task OfEverythingAsync(string clusterArn, string roleArn)
    {
        var name = roleArn[(roleArn.LastIndexOf('/') + 1)..];
        var role = (await world.Iam.GetRoleAsync(new GetRoleRequest { RoleName = name })).Role;
        var trust = JsonNode.Parse(Uri.UnescapeDataString(role.AssumeRolePolicyDocument))!;
        trust["Statement"]![0]!["Condition"]!.AsObject().Remove("StringEquals");
        await world.Iam.UpdateAssumeRolePolicyAsync(new UpdateAssumeRolePolicyRequest { RoleName = name, PolicyDocument = trust.ToJsonString() });

        foreach (var policy in (await world.Iam.ListRolePoliciesAsync(new ListRolePoliciesRequest { RoleName = name })).PolicyNames)
            await world.Iam.DeleteRolePolicyAsync(new DeleteRolePolicyRequest { RoleName = name, PolicyName = policy });
        await world.Iam.PutRolePermissionsBoundaryAsync(new PutRolePermissionsBoundaryRequest
        {
            RoleName = name,
            PermissionsBoundary = world.Aws.Iam.Newest(world.HubAccount).PolicyArns.First(arn => arn != role.PermissionsBoundary?.PermissionsBoundaryArn),
        });

        var entry = world.Aws.Eks.Find(clusterArn)!.AccessEntries.Values.Single();
        entry.Change(TimeProvider.System.GetUtcNow(), _ => [], policies => policies);
        await world.IamSettlesAsync(CancellationToken.None);
    }
}
