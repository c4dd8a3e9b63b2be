using CentralAmp.Twin;
using CentralAmp.EndToEnd.Tests;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.Scenarios;
using CentralAmp.Twin.World;

[assembly: AssemblyFixture(typeof(ScenarioWorlds))]

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Every scenario of the command line. Each runs once, in its own world, when the first test needs its result.</summary>
public sealed class ScenarioWorlds
{
    /// <summary>Approximate duration of each scenario on two busy processors, in seconds.</summary>
    private static readonly Dictionary<string, int> Seconds = new()
    {
        ["deliveries"] = 250, ["sweep"] = 260, ["organization"] = 180, ["reroute"] = 190, ["recreate"] = 80, ["offboard"] = 60, ["attacks"] = 110,
    };

    private readonly Dictionary<string, Lazy<Task<ScenarioResult>>> results = ScenarioCatalogue.All.ToDictionary(
        scenario => scenario.Name, scenario => new Lazy<Task<ScenarioResult>>(() => WorldSlots.RunAsync(Seconds[scenario.Name], () => RunAsync(scenario))));

    public Task<ScenarioResult> ResultAsync(string name) => results[name].Value;

    public async Task<IReadOnlyList<ScenarioResult>> AllAsync() => await Task.WhenAll(ScenarioCatalogue.All.Select(scenario => ResultAsync(scenario.Name)));

    private static async Task<ScenarioResult> RunAsync(IScenario scenario)
    {
        using var calls = new CallRecorder();
        var output = new StringWriter();
        var view = new RunView(TextWriter.Synchronized(output), TimeProvider.System);
        await using var world = await TwinWorld.StartAsync(scenario.World, calls, view.Step, CancellationToken.None);
        var report = await ScenarioRun.RunAsync(scenario, world, view, CancellationToken.None);
        var repair = scenario is Organization ? await ScenarioFollowUps.RepairAsync(world, report) : null;
        var switched = scenario is Organization ? await ScenarioFollowUps.SwitchAuthenticationModeAsync(world) : null;
        var findings = scenario is Reroute ? await ScenarioFollowUps.SweepAfterFailuresAsync(world) : null;
        var roles = TwinAccounts.All.SelectMany(account => world.Aws.Iam.Newest(account).Roles.Values).ToList();
        return new ScenarioResult(report, calls.Since(0), roles, output.ToString()) { Repair = repair, Switched = switched, SweepFindings = findings };
    }
}

/// <param name="Roles">IAM roles of every account at the end.</param>
/// <param name="Output">Console output of the run.</param>
public sealed record ScenarioResult(RunReport Report, IReadOnlyList<RecordedCall> Calls, IReadOnlyList<IamRole> Roles, string Output)
{
    /// <summary>Of the organization: a second onboarding, after an operator changed every managed AWS resource of one chained cluster.</summary>
    public WatchedExecution? Repair { get; init; }

    /// <summary>Of the organization: its hub may switch clusters to access entries.</summary>
    public SwitchedRun? Switched { get; init; }

    /// <summary>Of the re-route scenario: sweeps after failures were injected.</summary>
    public SweepFindingsRun? SweepFindings { get; init; }
}
