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

/// <summary>What happens in a scenario's world after its end, because everything for it is there already.</summary>
internal static class Afterwards
{
    /// <summary>Someone changes everything in AWS that is one chained cluster's; then the road once more.</summary>
    public static async Task<WatchedExecution> RepairAsync(TwinWorld world, RunReport report)
    {
        var cluster = report.Clusters.First(cluster => cluster.TrustMode == "chained");
        await new Drift(world).OfEverythingAsync(cluster.ClusterArn, cluster.RoleArn!, world.HubAccount, Arn.TryParse(cluster.ClusterArn)!.AccountId);
        return await new Road(world).TakeAsync(cluster.ClusterArn);
    }

    /// <summary>A cluster that knows only its ConfigMap takes the road twice; another one fails to be switched.</summary>
    public static async Task<SwitchedRun> SwitchAsync(TwinWorld world)
    {
        var road = new Road(world);
        var tags = new Dictionary<string, string> { ["environment"] = "production" };
        var arn = await road.SettledClusterAsync("switched", new ClusterBehaviour { AuthenticationMode = "CONFIG_MAP" }, tags);
        var execution = await road.TakeAsync(arn);
        var position = world.Calls.Position;
        await road.TakeAsync(arn);
        var again = world.Calls.Since(position).Where(call => Road.IsAbout(call, arn, "switched") && CallAccounting.CountsAsWrite(call)).ToList();
        var failing = await road.SettledClusterAsync("not-switched", new ClusterBehaviour { AuthenticationMode = "CONFIG_MAP", UpdatesFail = true }, tags);
        return new SwitchedRun(execution, world.Aws.Eks.Find(arn)!.AuthenticationMode, road.Elevations(arn), again, await road.TakeAsync(failing));
    }

    /// <summary>
    /// A cluster that stays blocked, and a sweep; then the member role refuses the hub, someone changes our alert rules, and another sweep.
    /// </summary>
    public static async Task<TroubleRun> TroubleAsync(TwinWorld world)
    {
        var road = new Road(world);
        var asked = new Dictionary<string, string> { ["central-amp:delivery"] = "prometheus" };
        var blocked = await road.SettledClusterAsync("blocked", new ClusterBehaviour { PersistentStorage = false }, asked);
        var onboarding = await road.TakeAsync(blocked);
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
        var place = (await world.RegistryAsync(CancellationToken.None)).Single(item => item.ClusterArn == $"account/{world.MemberAccount}/*");
        return new TroubleRun(
            (string?)onboarding.Record?["outcome"], finding, await RulesAsync(world) == rules, place["findingCause"],
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
            Assert.True(tries < 240, "the sweep did not come to an end");
            await Task.Delay(TimeSpan.FromMilliseconds(500));
        }
    }
}

/// <param name="Outcome">Of the cluster that stays blocked.</param>
/// <param name="Finding">What the first sweep found of it.</param>
/// <param name="RulesAreBack">After the second sweep, as they were before someone changed them.</param>
/// <param name="PlaceCause">What the second sweep reported of the account.</param>
/// <param name="Writes">Of the second sweep.</param>
public sealed record TroubleRun(string? Outcome, string? Finding, bool RulesAreBack, string? PlaceCause, IReadOnlyList<string> Writes);

/// <param name="Mode">Authentication mode afterwards.</param>
/// <param name="Again">Writes of the second run.</param>
/// <param name="Failing">Of the cluster whose update fails.</param>
public sealed record SwitchedRun(
    WatchedExecution Execution, string Mode, IReadOnlyList<AssociatedPolicy> Elevations, IReadOnlyList<RecordedCall> Again, WatchedExecution Failing);
