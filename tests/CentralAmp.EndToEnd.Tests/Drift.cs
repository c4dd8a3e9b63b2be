using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Changes managed AWS resources, as operators and other tools do.</summary>
public sealed class Drift(TwinWorld world)
{
    /// <param name="accounts">Accounts in which the role of that name is changed. With chained trust, both accounts have one.</param>
    public async Task ChangeEverythingAsync(string clusterArn, string roleArn, params string[] accounts)
    {
        foreach (var account in accounts)
            await ChangeRoleAsync(account, roleArn[(roleArn.LastIndexOf('/') + 1)..]);
        var entry = world.Aws.Eks.Find(clusterArn)!.AccessEntries.Values.Single();
        entry.Change(TimeProvider.System.GetUtcNow(), _ => [], policies => policies);
        await world.IamSettlesAsync(CancellationToken.None);
    }

    private async Task ChangeRoleAsync(string account, string name)
    {
        var iam = world.IamOf(account);
        var role = (await iam.GetRoleAsync(new GetRoleRequest { RoleName = name })).Role;
        var trust = JsonNode.Parse(Uri.UnescapeDataString(role.AssumeRolePolicyDocument))!;
        trust["Statement"]![0]!.AsObject().Remove("Condition");
        await iam.UpdateAssumeRolePolicyAsync(new UpdateAssumeRolePolicyRequest { RoleName = name, PolicyDocument = trust.ToJsonString() });

        foreach (var policy in (await iam.ListRolePoliciesAsync(new ListRolePoliciesRequest { RoleName = name })).PolicyNames)
            await iam.DeleteRolePolicyAsync(new DeleteRolePolicyRequest { RoleName = name, PolicyName = policy });
        await iam.PutRolePermissionsBoundaryAsync(new PutRolePermissionsBoundaryRequest
        {
            RoleName = name,
            PermissionsBoundary = world.Aws.Iam.Newest(account).PolicyArns.First(arn => arn != role.PermissionsBoundary?.PermissionsBoundaryArn),
        });
    }
}
