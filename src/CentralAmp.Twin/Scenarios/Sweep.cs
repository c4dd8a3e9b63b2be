using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Everything that events did not tell: clusters that were missed, drift, a cluster that vanished, something without a cluster.</summary>
public sealed class Sweep : IScenario
{
    // Gone takes two sweeps, what the first repaired is seen by the next.
    private const int MostSweeps = 4;

    public string Name => "sweep";

    public string Description => "clusters that had no event, three drifts, one that vanished, one forgotten altogether, one out of reach";

    public WorldOptions World { get; } = new() { ClusterAccounts = [TwinAccounts.Member, TwinAccounts.OtherMember] };

    public async Task PlayAsync(Stage stage, CancellationToken cancellationToken)
    {
        string[] drifting = ["drift-trust", "drift-rbac", "drift-entry"];
        var known = new List<string>();
        foreach (var name in (string[])[.. drifting, "vanishing", "shut-off", "forgotten"])
            known.Add(await stage.CreateAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, name, cancellationToken));
        string[] missed =
        [
            await stage.CreateAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, "missed", cancellationToken, deliveries: 0),
            await stage.CreateAsync(TwinAccounts.OtherMember, TwinAccounts.HomeRegion, "missed", cancellationToken, deliveries: 0),
        ];
        var clusters = known.Concat(missed).Select(stage.Living).ToArray();
        await stage.QuietAsync(cancellationToken);
        foreach (var cluster in clusters)
            stage.Expect(cluster, cluster.ClusterArn == known[3] || cluster.ClusterArn == known[5] ? "Offboarded" : "Verified");

        var harm = new Harm(stage);
        await harm.ChangeTrustAsync(known[0], cancellationToken);
        harm.RemoveReading(known[1]);
        harm.RemoveEntry(known[2]);
        await Task.WhenAll(stage.DeleteAsync(known[3], cancellationToken, deliveries: 0), stage.DeleteAsync(known[5], cancellationToken, deliveries: 0));
        var orphan = await harm.ForgetAsync(clusters[5], cancellationToken);
        stage.World.ClusterOf(known[4]).IsReachable = false;
        await stage.World.IamSettlesAsync(cancellationToken);

        var findings = new Findings(stage);
        await SweepAsync(stage, findings, cancellationToken);
        findings.Check("New", missed);
        findings.Check("Differs", known[0], known[1], known[2]);
        findings.Check("Gone", known[3]);
        findings.Check("Unreachable", known[4]);
        stage.Check($"the orphan {orphan} is gone", !IsThere(stage, orphan));
        await CheckNothingToDoAsync(stage, findings, known[4], cancellationToken);
    }

    // The first by its schedule, in the schedule's role; the others by hand, until every cluster is what it must be.
    private static async Task SweepAsync(Stage stage, Findings findings, CancellationToken cancellationToken)
    {
        for (var number = 1; number <= MostSweeps; number++)
        {
            stage.Say(number == 1 ? "the schedule is due: the first sweep" : $"sweep {number}, by hand");
            await (number == 1 ? stage.Aws.RunScheduleAsync(Machine.Sweep, cancellationToken) : stage.Aws.StartExecutionAsync(Machine.Sweep, "{}", cancellationToken));
            await stage.QuietAsync(cancellationToken);
            await findings.ReadAsync(cancellationToken);
            var registry = await stage.World.RegistryAsync(cancellationToken);
            if (stage.Expected.All(cluster => registry.Any(item => item.ClusterArn == cluster.Key.ClusterArn && item.CreatedAt == cluster.Key.CreatedAt && item.State == cluster.Value)))
                return;
        }
    }

    // A cluster that was out of reach is looked at again as soon as it is back; then a sweep writes nothing.
    private static async Task CheckNothingToDoAsync(Stage stage, Findings findings, string shut, CancellationToken cancellationToken)
    {
        stage.World.ClusterOf(shut).IsReachable = true;
        var position = stage.World.Calls.Position;
        stage.Say("everything is in order: the last sweep");
        await stage.RunAsync(Machine.Sweep, "{}", cancellationToken);
        await findings.ReadAsync(cancellationToken);
        findings.Check("Unchanged", shut);
        var writes = stage.World.Calls.Since(position).Where(Recording.CallAccounting.CountsAsWrite).Select(call => $"{call.Service}:{call.Action}").ToList();
        // A word that is not repeated is forgotten: whether a cluster is silent shows only beside it.
        stage.Check(
            "a sweep of a fleet in order writes nothing but which clusters the workspace is to expect",
            writes is ["aps:RemoteWrite"], string.Join(", ", writes));
    }

    private static bool IsThere(Stage stage, string roleName) => stage.Aws.Iam.Newest(TwinAccounts.Hub).RoleNamed(roleName) is not null;
}
