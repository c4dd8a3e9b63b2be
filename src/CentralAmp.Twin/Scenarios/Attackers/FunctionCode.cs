using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios.Attackers;

/// <summary>Somebody who runs code in a function, with the credentials of its role.</summary>
internal sealed class FunctionCode(ScenarioContext context, IamRole ingestRole, string workspaceArn)
{
    private const string Everything = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";

    /// <summary>PlanOnboarding and InspectCluster read what clusters answer: whoever controls a cluster reaches their code first.</summary>
    public async Task AttackAsync(string clusterArn, CancellationToken cancellationToken)
    {
        foreach (var function in (string[])["PlanOnboarding", "InspectCluster", "ProveIngest", "DeliverRemoteWrite"])
            await AttackFromReaderAsync(function, clusterArn, cancellationToken);
        await AttackFromEnsureTrustAsync(cancellationToken);
        await AttackFromRecorderAsync(cancellationToken);
    }

    private async Task AttackFromReaderAsync(string function, string clusterArn, CancellationToken cancellationToken)
    {
        var attempts = new Attempts(context, $"code in {function}");
        var key = await context.Aws.CredentialsOfFunctionAsync(function, cancellationToken);
        using var iam = attempts.Iam(key);
        await attempts.RefusedAsync("a role in the hub", () => iam.CreateRoleAsync(new CreateRoleRequest { RoleName = "central-amp-made-00000000", Path = "/central-amp/", AssumeRolePolicyDocument = Trust() }, cancellationToken));
        await attempts.RefusedAsync("the trust policy of an ingest role", () => iam.UpdateAssumeRolePolicyAsync(new UpdateAssumeRolePolicyRequest { RoleName = ingestRole.Name, PolicyDocument = Trust() }, cancellationToken));
        await attempts.RefusedAsync("an ingest role", () => attempts.AssumeAsync(key, ingestRole.Arn, cancellationToken));
        await attempts.RefusedAsync("an execution of a state machine", () => StartAsync(key, cancellationToken));
        await attempts.ForbiddenAsync("samples for the workspace", () => CollectorIdentity.WriteAsync(context.Aws, key, workspaceArn, TimeProvider.System.GetUtcNow(), cancellationToken));
        await AttackMemberAsync(attempts, key, clusterArn, cancellationToken);
    }

    /// <summary>In the member account: its role for looking does not make administrators, and the other role does not trust this function.</summary>
    private async Task AttackMemberAsync(Attempts attempts, AccessKey key, string clusterArn, CancellationToken cancellationToken)
    {
        var arn = Arn.TryParse(clusterArn)!;
        var looker = $"arn:aws:iam::{arn.AccountId}:role/{TwinWorld.MemberRole}";
        var member = await attempts.AssumeAsync(key, looker, cancellationToken);
        await attempts.RefusedAsync("the policy of a cluster administrator for its access entry", () => context.Aws.SendAsync(
            member, arn.Region, "eks", HttpMethod.Post, $"/clusters/{arn.ResourceName}/access-entries/{Uri.EscapeDataString(looker)}/access-policies",
            new JsonObject { ["policyArn"] = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", ["accessScope"] = new JsonObject { ["type"] = "cluster" } }, cancellationToken));
        using var iam = attempts.Iam(member);
        await attempts.RefusedAsync("a role in the member account", () => iam.CreateRoleAsync(new CreateRoleRequest { RoleName = "central-amp-made-00000000", Path = "/central-amp/", AssumeRolePolicyDocument = Trust() }, cancellationToken));
        await attempts.RefusedAsync("the member role that manages", () => attempts.AssumeAsync(key, $"arn:aws:iam::{arn.AccountId}:role/{TwinWorld.MemberManagerRole}", cancellationToken));
    }

    /// <summary>EnsureTrust makes roles: only in one path, under one boundary, and never its own.</summary>
    private async Task AttackFromEnsureTrustAsync(CancellationToken cancellationToken)
    {
        var attempts = new Attempts(context, "code in EnsureTrust");
        var key = await context.Aws.CredentialsOfFunctionAsync("EnsureTrust", cancellationToken);
        using var iam = attempts.Iam(key);
        await attempts.RefusedAsync("a role without the boundary", () => iam.CreateRoleAsync(new CreateRoleRequest { RoleName = "central-amp-made-00000000", Path = "/central-amp/", AssumeRolePolicyDocument = Trust() }, cancellationToken));
        await attempts.RefusedAsync("a role in another path", () => iam.CreateRoleAsync(new CreateRoleRequest { RoleName = "central-amp-made-00000000", Path = "/", AssumeRolePolicyDocument = Trust(), PermissionsBoundary = ingestRole.BoundaryArn }, cancellationToken));
        var own = context.Aws.FunctionRole("EnsureTrust");
        await attempts.RefusedAsync("a policy for its own role", () => iam.PutRolePolicyAsync(new PutRolePolicyRequest { RoleName = own.Name, PolicyName = "all", PolicyDocument = Everything }, cancellationToken));
        await attempts.RefusedAsync("a provider of another issuer than EKS's", () => iam.CreateOpenIDConnectProviderAsync(
            new CreateOpenIDConnectProviderRequest { Url = "https://issuer.attacker.example", ClientIDList = ["sts.amazonaws.com"], Tags = [new Tag { Key = "central-amp:cluster-arn", Value = "arn:aws:eks:us-east-1:222222222222:cluster/x" }] }, cancellationToken));
        await attempts.RefusedAsync("the ingest role itself", () => attempts.AssumeAsync(key, ingestRole.Arn, cancellationToken));
    }

    private async Task AttackFromRecorderAsync(CancellationToken cancellationToken)
    {
        var attempts = new Attempts(context, "code in RecordOutcome");
        var key = await context.Aws.CredentialsOfFunctionAsync("RecordOutcome", cancellationToken);
        await attempts.RefusedAsync("a deletion of an item of the registry", () => context.Aws.SendAsync(
            key, TwinAccounts.HomeRegion, "dynamodb", HttpMethod.Post, "/", new JsonObject
            {
                ["TableName"] = context.Aws.HubOutputs["RegistryTable"],
                ["Key"] = new JsonObject { ["clusterArn"] = new JsonObject { ["S"] = "x" }, ["createdAt"] = new JsonObject { ["N"] = "1" } },
            }, cancellationToken, "DynamoDB_20120810.DeleteItem"));
        await attempts.RefusedAsync("the member account", () => attempts.AssumeAsync(key, $"arn:aws:iam::{TwinAccounts.Member}:role/{TwinWorld.MemberRole}", cancellationToken));
        await attempts.RefusedAsync("an execution of a state machine", () => StartAsync(key, cancellationToken));
    }

    private Task<JsonNode?> StartAsync(AccessKey key, CancellationToken cancellationToken) => context.Aws.SendAsync(
        key, TwinAccounts.HomeRegion, "states", HttpMethod.Post, "/", new JsonObject { ["stateMachineArn"] = context.Aws.ArnOf(Machine.Offboard), ["input"] = "{}" }, cancellationToken, "AWSStepFunctions.StartExecution");

    private static string Trust() =>
        $$$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::{{{TwinAccounts.Member}}}:root"}}]}""";
}
