using System.Text;
using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using Amazon.PrometheusService.Model;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Further runs in the world of a finished scenario. They reuse its accounts, clusters and workspaces.</summary>
internal static class ScenarioFollowUps
{
    /// <summary>An operator changes every managed AWS resource of one chained cluster. Then the onboarding workflow runs again.</summary>
    public static async Task<WatchedExecution> RepairAsync(TwinWorld world, RunReport report)
    {
        var cluster = report.Clusters.First(cluster => cluster.TrustMode == "chained");
        await new Drift(world).ChangeEverythingAsync(cluster.ClusterArn, cluster.RoleArn!, world.HubAccount, Arn.TryParse(cluster.ClusterArn)!.AccountId);
        return await new Workflows(world).OnboardAsync(cluster.ClusterArn);
    }

    /// <summary>A cluster with authentication mode CONFIG_MAP is onboarded twice. For another one, EKS fails the switch to access entries.</summary>
    public static async Task<SwitchedRun> SwitchAuthenticationModeAsync(TwinWorld world)
    {
        var workflows = new Workflows(world);
        var tags = new Dictionary<string, string> { ["environment"] = "production" };
        var arn = await workflows.SettledClusterAsync("switched", new ClusterBehaviour { AuthenticationMode = "CONFIG_MAP" }, tags);
        var execution = await workflows.OnboardAsync(arn);
        var position = world.Calls.Position;
        await workflows.OnboardAsync(arn);
        var again = world.Calls.Since(position).Where(call => Workflows.IsAbout(call, arn, "switched") && CallAccounting.CountsAsWrite(call)).ToList();
        var failing = await workflows.SettledClusterAsync("not-switched", new ClusterBehaviour { AuthenticationMode = "CONFIG_MAP", UpdatesFail = true }, tags);
        return new SwitchedRun(execution, world.Aws.Eks.Find(arn)!.AuthenticationMode, workflows.Elevations(arn), again, await workflows.OnboardAsync(failing));
    }

    /// <summary>
    /// A first sweep inspects a blocked cluster. Then the member role denies the hub, an operator changes the managed alert rules,
    /// and a second sweep runs.
    /// </summary>
    public static async Task<SweepFindingsRun> SweepAfterFailuresAsync(TwinWorld world)
    {
        var workflows = new Workflows(world);
        var tags = new Dictionary<string, string> { ["central-amp:delivery"] = "prometheus" };
        var blocked = await workflows.SettledClusterAsync("blocked", new ClusterBehaviour { PersistentStorage = false }, tags);
        var onboarding = await workflows.OnboardAsync(blocked);
        await SweepAsync(world);
        var finding = (await world.RegistryAsync(CancellationToken.None)).Single(item => item.ClusterArn == blocked)["finding"];

        var role = (await world.MemberIam.GetRoleAsync(new GetRoleRequest { RoleName = TwinWorld.MemberRole })).Role;
        var trust = JsonNode.Parse(Uri.UnescapeDataString(role.AssumeRolePolicyDocument))!;
        trust["Statement"]![0]!["Effect"] = "Deny";
        await world.MemberIam.UpdateAssumeRolePolicyAsync(new UpdateAssumeRolePolicyRequest { RoleName = TwinWorld.MemberRole, PolicyDocument = trust.ToJsonString() });
        await world.IamSettlesAsync(CancellationToken.None);
        var rules = await RulesAsync(world);
        await world.Amp.PutRuleGroupsNamespaceAsync(new PutRuleGroupsNamespaceRequest { WorkspaceId = world.WorkspaceId, Name = "central-amp", Data = new MemoryStream("groups: []"u8.ToArray()) });
        var position = world.Calls.Position;
        await SweepAsync(world);
        var account = (await world.RegistryAsync(CancellationToken.None)).Single(item => item.ClusterArn == $"account/{world.MemberAccount}/*");
        return new SweepFindingsRun(
            (string?)onboarding.Record?["outcome"], finding, await RulesAsync(world) == rules, account["findingCause"],
            [.. world.Calls.Since(position).Where(CallAccounting.CountsAsWrite).Select(call => $"{call.Service}:{call.Action}")]);
    }

    private static async Task<string> RulesAsync(TwinWorld world)
    {
        var found = await world.Amp.DescribeRuleGroupsNamespaceAsync(new DescribeRuleGroupsNamespaceRequest { WorkspaceId = world.WorkspaceId, Name = "central-amp" });
        return Encoding.UTF8.GetString(found.RuleGroupsNamespace.Data.ToArray());
    }

    private static async Task SweepAsync(TwinWorld world)
    {
        var execution = await world.Aws.StartExecutionAsync(Machine.Sweep, "{}", CancellationToken.None);
        for (var tries = 0; (await world.Aws.ExecutionAsync(execution, CancellationToken.None)).IsRunning; tries++)
        {
            Assert.True(tries < 240, "the sweep did not end");
            await Task.Delay(TimeSpan.FromMilliseconds(500));
        }
    }
}

/// <param name="Outcome">Outcome of the blocked cluster.</param>
/// <param name="Finding">Finding of the first sweep for this cluster.</param>
/// <param name="RulesAreRestored">Whether the second sweep restored the alert rules.</param>
/// <param name="AccountCause">Cause that the second sweep reported for the member account.</param>
/// <param name="Writes">Writes of the second sweep.</param>
public sealed record SweepFindingsRun(string? Outcome, string? Finding, bool RulesAreRestored, string? AccountCause, IReadOnlyList<string> Writes);

/// <param name="Mode">Authentication mode after the first run.</param>
/// <param name="SecondRunWrites">Writes of the second run.</param>
/// <param name="Failing">Execution for the cluster whose switch EKS fails.</param>
public sealed record SwitchedRun(
    WatchedExecution Execution, string Mode, IReadOnlyList<AssociatedPolicy> Elevations, IReadOnlyList<RecordedCall> SecondRunWrites, WatchedExecution Failing);
