using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Changes without an event: missed clusters, drift, a deleted cluster, and orphaned resources.</summary>
public sealed class Sweep : IScenario
{
    // Two sweeps must find a cluster gone, and a repair shows only in the next sweep.
    private const int MostSweeps = 4;

    public string Name => "sweep";

    public string Description => "clusters without an event, three kinds of drift, a deleted cluster, one without a registry item, an unreachable one, an account that leaves";

    public WorldOptions World { get; } = new() { ClusterAccounts = [TwinAccounts.Member, TwinAccounts.OtherMember] };

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        string[] drifting = ["drift-trust", "drift-rbac", "drift-entry"];
        var known = new List<string>();
        foreach (var name in (string[])[.. drifting, "vanishing", "shut-off", "forgotten"])
            known.Add(await context.CreateAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, name, cancellationToken));
        string[] missed =
        [
            await context.CreateAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, "missed", cancellationToken, deliveries: 0),
            await context.CreateAsync(TwinAccounts.OtherMember, TwinAccounts.HomeRegion, "missed", cancellationToken, deliveries: 0),
        ];
        var clusters = known.Concat(missed).Select(context.Living).ToArray();
        await context.QuietAsync(cancellationToken);
        foreach (var cluster in clusters)
            context.Expect(cluster, cluster.ClusterArn == known[3] || cluster.ClusterArn == known[5] ? "Offboarded" : "Verified");

        var drift = new DriftInjection(context);
        await drift.ChangeTrustAsync(known[0], cancellationToken);
        drift.DeleteReadBinding(known[1]);
        drift.RemoveRemoteWrite(known[2]);
        await Task.WhenAll(context.DeleteAsync(known[3], cancellationToken, deliveries: 0), context.DeleteAsync(known[5], cancellationToken, deliveries: 0));
        var orphan = await drift.DeleteRegistryItemAsync(clusters[5], cancellationToken);
        context.World.ClusterOf(known[4]).IsReachable = false;
        await context.World.IamSettlesAsync(cancellationToken);

        var findings = new Findings(context);
        await SweepAsync(context, findings, cancellationToken);
        findings.Check("New", missed);
        findings.Check("Differs", known[0], known[1], known[2]);
        findings.Check("Gone", known[3]);
        findings.Check("Unreachable", known[4]);
        context.Check($"the orphan {orphan} is gone", !IsThere(context, orphan));
        await CheckNothingToDoAsync(context, findings, known[4], cancellationToken);
        await new LeavingAccount(context, missed[1]).RunAsync(cancellationToken);
    }

    // The schedule starts the first sweep, with its role. Manual input starts the others, until every cluster has its expected state.
    private static async Task SweepAsync(ScenarioContext context, Findings findings, CancellationToken cancellationToken)
    {
        for (var number = 1; number <= MostSweeps; number++)
        {
            context.Log(number == 1 ? "the schedule is due: the first sweep" : $"sweep {number}, by manual input");
            await (number == 1 ? context.Aws.RunScheduleAsync(Machine.Sweep, cancellationToken) : context.Aws.StartExecutionAsync(Machine.Sweep, "{}", cancellationToken));
            await context.QuietAsync(cancellationToken);
            await findings.ReadAsync(cancellationToken);
            var registry = await context.World.RegistryAsync(cancellationToken);
            if (context.Expected.All(cluster => registry.Any(item => item.ClusterArn == cluster.Key.ClusterArn && item.CreatedAt == cluster.Key.CreatedAt && item.State == cluster.Value)))
                return;
        }
    }

    // The sweep inspects the cluster again as soon as it is reachable. With a fleet in order it writes only the list of expected clusters.
    private static async Task CheckNothingToDoAsync(ScenarioContext context, Findings findings, string shut, CancellationToken cancellationToken)
    {
        context.World.ClusterOf(shut).IsReachable = true;
        var position = context.World.Calls.Position;
        context.Log("everything is in order: the last sweep");
        await context.RunAsync(Machine.Sweep, "{}", cancellationToken);
        await findings.ReadAsync(cancellationToken);
        findings.Check("Unchanged", shut);
        var writes = context.World.Calls.Since(position).Where(Recording.CallAccounting.CountsAsWrite).Select(call => $"{call.Service}:{call.Action}").ToList();
        // Expected clusters are samples too, and must be repeated: the rule for silent clusters compares with them.
        context.Check(
            "a sweep of a fleet in order writes only the list of expected clusters",
            writes is ["aps:RemoteWrite"], string.Join(", ", writes));
    }

    private static bool IsThere(ScenarioContext context, string roleName) => context.Aws.Iam.Newest(TwinAccounts.Hub).RoleNamed(roleName) is not null;
}
