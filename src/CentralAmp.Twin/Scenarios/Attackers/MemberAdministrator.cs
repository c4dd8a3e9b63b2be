using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios.Attackers;

/// <summary>The administrator of one member account: everything is allowed to him there, and nothing elsewhere that the hub does not allow to his account.</summary>
internal sealed class MemberAdministrator(ScenarioContext context, string account)
{
    private readonly Attempts attempts = new(context, "member administrator");

    private const string Imitated = "central-amp-imitated-00000000";

    private AccessKey Key => context.Aws.Operators[account];

    /// <summary>A role, and one with the name of another account's collector role, each with CentralAmp's tags of a cluster that is not his.</summary>
    public async Task ForgeAsync(ClusterIdentity foreign, IamRole foreignIngest, CancellationToken cancellationToken)
    {
        using var iam = attempts.Iam(Key);
        foreach (var name in (string[])[Imitated, foreignIngest.Name])
            await iam.CreateRoleAsync(new CreateRoleRequest { RoleName = name, Path = "/central-amp/", AssumeRolePolicyDocument = TrustsAccount(), Tags = [.. Tags(foreign).Select(tag => new Tag { Key = tag.Key, Value = tag.Value })] }, cancellationToken);
        var issuer = context.Aws.Eks.Find(foreign.ClusterArn)!.Twin.Issuer;
        await iam.CreateOpenIDConnectProviderAsync(new CreateOpenIDConnectProviderRequest { Url = issuer, ClientIDList = ["sts.amazonaws.com"], Tags = [.. Tags(foreign).Select(tag => new Tag { Key = tag.Key, Value = tag.Value })] }, cancellationToken);
        await iam.PutRolePolicyAsync(new PutRolePolicyRequest { RoleName = foreignIngest.Name, PolicyName = "all", PolicyDocument = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""" }, cancellationToken);
        await context.World.IamSettlesAsync(cancellationToken);
        var there = context.Aws.Iam.InEffect(account);
        attempts.Done(
            "roles and a provider with CentralAmp's names and tags of a cluster of another account",
            there.RoleNamed(Imitated) is not null && there.RoleNamed(foreignIngest.Name) is not null && there.Providers.ContainsKey($"arn:aws:iam::{account}:oidc-provider/{issuer["https://".Length..]}"));

        var key = await attempts.AssumeAsync(Key, $"arn:aws:iam::{account}:role/central-amp/{foreignIngest.Name}", cancellationToken);
        await attempts.RefusedAsync("the ingest role of another account's cluster, from a role of the same name", () => attempts.AssumeAsync(key, foreignIngest.Arn, cancellationToken));
    }

    /// <summary>Many roles whose tags name clusters that are not there: of his account and of another one.</summary>
    public Task ForgeManyAsync(int count, string otherAccount, CancellationToken cancellationToken) => context.Aws.CallIamAsync(account, Enumerable.Range(0, count).Select(number =>
    {
        var cluster = new ClusterIdentity($"arn:aws:eks:{TwinAccounts.HomeRegion}:{(number % 2 == 0 ? account : otherAccount)}:cluster/forged-{number}", 1_700_000_000_000 + number);
        var call = new Dictionary<string, string> { ["Action"] = "CreateRole", ["RoleName"] = Forged(number), ["Path"] = "/central-amp/", ["AssumeRolePolicyDocument"] = TrustsAccount() };
        foreach (var (index, (key, value)) in Tags(cluster).Index())
            (call[$"Tags.member.{index + 1}.Key"], call[$"Tags.member.{index + 1}.Value"]) = (key, value);
        return call;
    }), cancellationToken);

    /// <summary>He removes what he made, because the scenario's end expects no object with CentralAmp's tags.</summary>
    public async Task LeaveAsync(int count, ClusterIdentity foreign, IamRole foreignIngest, CancellationToken cancellationToken)
    {
        await context.Aws.CallIamAsync(account, Enumerable.Range(0, count).Select(number => new Dictionary<string, string> { ["Action"] = "DeleteRole", ["RoleName"] = Forged(number) }), cancellationToken);
        using var iam = attempts.Iam(Key);
        await iam.DeleteRolePolicyAsync(new DeleteRolePolicyRequest { RoleName = foreignIngest.Name, PolicyName = "all" }, cancellationToken);
        foreach (var name in (string[])[Imitated, foreignIngest.Name])
            await iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = name }, cancellationToken);
        var issuer = context.Aws.Eks.Find(foreign.ClusterArn)!.Twin.Issuer["https://".Length..];
        await iam.DeleteOpenIDConnectProviderAsync(new DeleteOpenIDConnectProviderRequest { OpenIDConnectProviderArn = $"arn:aws:iam::{account}:oidc-provider/{issuer}" }, cancellationToken);
    }

    public async Task AttackTheHubAsync(IReadOnlyList<IamRole> ingestRoles, IamRole functionRole, string workspaceArn, CancellationToken cancellationToken)
    {
        foreach (var role in ingestRoles)
            await attempts.RefusedAsync($"the ingest role {role.Name}", () => attempts.AssumeAsync(Key, role.Arn, cancellationToken));
        await attempts.RefusedAsync("the role of a function", () => attempts.AssumeAsync(Key, functionRole.Arn, cancellationToken));
        var bus = context.Aws.HubOutputs["EventBusArn"];
        await attempts.RefusedAsync("an event of EKS on the hub's bus", () => PutAsync(bus, "aws.eks", "AWS API Call via CloudTrail", cancellationToken));
        await attempts.RefusedAsync("an event of a source of his own on the hub's bus", () => PutAsync(bus, "his.own", "AWS API Call via CloudTrail", cancellationToken));
        await attempts.RefusedAsync("an outcome on the hub's bus", () => PutAsync(bus, "central-amp", "CentralAmp", cancellationToken));
        await attempts.RefusedAsync("an outcome on the bus of outcomes", () => PutAsync(context.Aws.HubOutputs["OutcomeEventBusArn"], "central-amp", "CentralAmp", cancellationToken));
        await attempts.ForbiddenAsync("samples for the workspace", () => CollectorIdentity.WriteAsync(context.Aws, Key, workspaceArn, TimeProvider.System.GetUtcNow(), cancellationToken));
    }

    private async Task PutAsync(string bus, string source, string detailType, CancellationToken cancellationToken)
    {
        var entry = new JsonObject { ["EventBusName"] = bus, ["Source"] = source, ["DetailType"] = detailType, ["Detail"] = """{"outcome":"Verified"}""" };
        var answer = await context.Aws.SendAsync(
            Key, TwinAccounts.HomeRegion, "events", HttpMethod.Post, "/", new JsonObject { ["Entries"] = new JsonArray(entry) }, cancellationToken, "AWSEvents.PutEvents");
        // EventBridge refuses a source of AWS entry by entry, in an answer with status 200.
        if ((string?)answer?["Entries"]?[0]?["ErrorCode"] is { } code)
            throw new AwsException(400, code, (string?)answer["Entries"]![0]!["ErrorMessage"] ?? "");
    }

    private static string Forged(int number) => $"central-amp-forged-{number:x8}";

    private string TrustsAccount() =>
        new JsonObject
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonArray(new JsonObject
            {
                ["Effect"] = "Allow",
                ["Action"] = "sts:AssumeRole",
                ["Principal"] = new JsonObject { ["AWS"] = $"arn:aws:iam::{account}:root" },
            }),
        }.ToJsonString();

    private static Dictionary<string, string> Tags(ClusterIdentity cluster) => new()
    {
        ["central-amp:cluster-arn"] = cluster.ClusterArn,
        ["central-amp:created-at"] = cluster.CreatedAt.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["central-amp:issuer"] = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
    };
}
