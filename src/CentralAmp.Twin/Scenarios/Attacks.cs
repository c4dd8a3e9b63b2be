using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Scenarios.Attackers;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>
/// The four attackers of docs/security.md, each with credentials of his own: a tenant, the administrator of a cluster, the administrator of a member
/// account, and code in a function. At the end every role trusts exactly what the registry records.
/// </summary>
public sealed class Attacks : IScenario
{
    private const string Production = "production";
    private const int ForgedRoles = 1_000;

    private static readonly ClusterBehaviour Quick = new() { ActiveAfter = TimeSpan.FromSeconds(1), OperatorAfter = TimeSpan.FromSeconds(1), PodStart = TimeSpan.FromMilliseconds(500) };

    public string Name => "attacks";

    public string Description => "a tenant, a cluster's and a member's administrator, and code in a function, with their own credentials: refused, or without effect";

    /// <summary>A direct cluster with delivery prometheus, and in another account a chained one with an agent.</summary>
    public WorldOptions World { get; } = new WorldOptions
    {
        ClusterAccounts = [TwinAccounts.Member, TwinAccounts.OtherMember],
        EarlierWorkspaces = new Dictionary<string, string> { [Production] = TwinAccounts.HomeRegion },
    }.With(
        ("MoreWorkspaceArns", $"{{{Production}}}"),
        ("Routes", $$$"""[{"name":"production","workspaceArn":"{{{{Production}}}}","accounts":["{{{TwinAccounts.OtherMember}}}"],"tags":{"environment":"production"},"trustMode":"chained"}]"""));

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var shared = await context.CreateAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, "shared", cancellationToken);
        var neighbour = await context.World.CreateClusterAsync(
            TwinAccounts.OtherMember, TwinAccounts.HomeRegion, "neighbour", new Dictionary<string, string> { ["environment"] = "production" },
            Quick with { PersistentStorage = false }, 1, cancellationToken);
        await context.QuietAsync(cancellationToken);
        string[] clusters = [shared, neighbour];
        await CheckTrustAsync(context, "before all attacks", clusters, cancellationToken);
        var (sharedRole, neighbourRole) = (RoleOf(context, shared), RoleOf(context, neighbour));
        var tenant = new Tenant(context, context.World.ClusterOf(shared), sharedRole.Arn);

        await AttackAsTenantAsync(context, tenant, shared, neighbour, cancellationToken);
        await new ClusterAdministrator(context, context.World.ClusterOf(shared), sharedRole).AttackAsync(neighbourRole, context.Aws.EarlierWorkspaces[Production], cancellationToken);
        await AttackAsMemberAsync(context, clusters, cancellationToken);
        await new FunctionCode(context, sharedRole, context.World.WorkspaceArn).AttackAsync(shared, cancellationToken);
        await CheckTrustAsync(context, "after all attacks", clusters, cancellationToken);

        await LoseTheRegistryAsync(context, shared, cancellationToken);
        await CheckTrustAsync(context, "after a registry that was lost", clusters, cancellationToken);
        context.Expect(context.Living(neighbour), "Verified");
        await OffboardAsync(context, shared, tenant, cancellationToken);
    }

    private static async Task AttackAsTenantAsync(ScenarioContext context, Tenant tenant, string shared, string neighbour, CancellationToken cancellationToken)
    {
        var cluster = context.World.ClusterOf(shared);
        tenant.Prepare();
        await tenant.ImitateAsync(cancellationToken);
        var before = tenant.Fingerprint();
        var again = RecordOf(await context.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{shared}}"}""", cancellationToken));
        context.Check("an onboarding beside his objects is verified and changes nothing", (string?)again?["outcome"] == "Verified" && (bool?)again["changed"] == false, again);
        await tenant.AskForMoreAsync(cluster.Names.Prometheus, cancellationToken);
        context.Check("his objects are as he made them", tenant.Fingerprint() == before, tenant.Fingerprint());

        var beside = new Tenant(context, context.World.ClusterOf(neighbour), RoleOf(context, neighbour).Arn);
        beside.Prepare();
        await beside.StealAsync(cancellationToken);
    }

    /// <summary>Two sweeps with the same drift to repair: the second beside a thousand forged roles.</summary>
    private static async Task AttackAsMemberAsync(ScenarioContext context, string[] clusters, CancellationToken cancellationToken)
    {
        var (foreign, foreignRole) = (context.Living(clusters[1]), RoleOf(context, clusters[1]));
        var member = new MemberAdministrator(context, TwinAccounts.Member);
        await member.AttackTheHubAsync([RoleOf(context, clusters[0]), foreignRole], context.Aws.FunctionRole("EnsureTrust"), context.World.WorkspaceArn, cancellationToken);

        var without = await SweepAsync(context, clusters[0], cancellationToken);
        await member.ForgeAsync(foreign, foreignRole, cancellationToken);
        await member.ForgeManyAsync(ForgedRoles, TwinAccounts.OtherMember, cancellationToken);
        var with = await SweepAsync(context, clusters[0], cancellationToken);
        context.Check($"a sweep beside {ForgedRoles:N0} forged roles in one account starts the same executions and brakes as without", with == without, $"{with}, and without them {without}");
        context.Check("the sweep started the one repair", without.Started == "Onboard", without);
        await member.LeaveAsync(ForgedRoles, foreign, foreignRole, cancellationToken);
    }

    private static async Task<(string? Outcome, string? Findings, string Started)> SweepAsync(ScenarioContext context, string drifting, CancellationToken cancellationToken)
    {
        new DriftInjection(context).DeleteReadBinding(drifting);
        var before = (await context.ExecutionsAsync(cancellationToken)).Count;
        var sweep = RecordOf(await context.RunAsync(Machine.Sweep, "{}", cancellationToken));
        var started = (await context.ExecutionsAsync(cancellationToken)).Skip(before).Select(item => item.Machine).Where(machine => machine != Machine.Sweep);
        return ((string?)sweep?["outcome"], sweep?["findings"]?.ToJsonString(), string.Join(", ", started));
    }

    private static async Task LoseTheRegistryAsync(ScenarioContext context, string arn, CancellationToken cancellationToken)
    {
        await new DriftInjection(context).DeleteRegistryItemAsync(context.Living(arn), cancellationToken);
        var restored = RecordOf(await context.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{arn}}"}""", cancellationToken));
        context.Check("the cluster is taken over by what its role trusts, without a change", (string?)restored?["outcome"] == "Verified" && (bool?)restored["changed"] == false, restored);
    }

    private static async Task OffboardAsync(ScenarioContext context, string arn, Tenant tenant, CancellationToken cancellationToken)
    {
        var before = tenant.Fingerprint();
        context.Expect(context.Living(arn), "Offboarded");
        var ended = RecordOf(await context.RunAsync(Machine.Offboard, $$"""{"clusterArn":"{{arn}}"}""", cancellationToken));
        context.Check("the cluster is offboarded, and the outcome names what stays", ((string?)ended?["sentence"])?.Contains("did not record stays", StringComparison.Ordinal) == true, ended);
        context.Check("the tenant's objects are still as he made them", tenant.Fingerprint() == before, tenant.Fingerprint());
        tenant.Leave();
    }

    /// <summary>Every role trusts the service account that the registry records, and nobody else. With chained trust, the ingest role trusts the collector role alone.</summary>
    private static async Task CheckTrustAsync(ScenarioContext context, string when, IEnumerable<string> clusters, CancellationToken cancellationToken)
    {
        foreach (var arn in clusters)
        {
            var (item, role) = (await context.RegisteredAsync(context.Living(arn), cancellationToken), RoleOf(context, arn));
            var recorded = item?["collector"]?.Split(' ') is [_, var path, _, var account] ? $"system:serviceaccount:{path.Split('/')[0]}:{account}" : null;
            var collectorRole = item?["collectorRoleArn"];
            var trusted = collectorRole is null ? role.Trust : context.Aws.Iam.Newest(Arn.TryParse(arn)!.AccountId).Roles[collectorRole].Trust;
            context.Check(
                $"{when}, the role of {Arn.TryParse(arn)!.ResourceName} trusts exactly the subject of record",
                item?.State == "Verified" && Values(trusted, ":sub") is [var subject] && subject == recorded && (collectorRole is null || Values(role.Trust, "aws:PrincipalArn") is [var principal] && principal == collectorRole),
                $"{item?.State}, recorded {item?["collector"]}, {JsonSerializer.Serialize(role.Trust)}");
        }
    }

    private static List<string> Values(PolicyDocument trust, string key) => trust.Statements is [{ Allows: true } only]
        ? [.. only.Conditions.Where(condition => condition.Key.EndsWith(key, StringComparison.Ordinal)).SelectMany(condition => condition.Values)]
        : [];

    private static JsonNode? RecordOf(TwinExecution execution) => execution.Output is { } output ? JsonNode.Parse(output) is { } parsed ? parsed["record"] ?? parsed : null : null;

    private static IamRole RoleOf(ScenarioContext context, string arn) =>
        context.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values.Single(role => role.Tags.GetValueOrDefault("central-amp:cluster-arn") == arn);
}
