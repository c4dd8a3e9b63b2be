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

/// <summary>Every scenario of the command line, played once in a world of its own, whoever asks first.</summary>
public sealed class ScenarioWorlds
{
    /// <summary>About how many seconds they take when two processors have much else to do.</summary>
    private static readonly Dictionary<string, int> Seconds = new()
    {
        ["deliveries"] = 250, ["sweep"] = 200, ["organization"] = 180, ["reroute"] = 100, ["recreate"] = 80, ["offboard"] = 60,
    };

    private readonly Dictionary<string, Lazy<Task<PlayedScenario>>> played = ScenarioCatalogue.All.ToDictionary(
        scenario => scenario.Name, scenario => new Lazy<Task<PlayedScenario>>(() => BesideTheSharedTwin.RunAsync(Seconds[scenario.Name], () => PlayAsync(scenario))));

    public Task<PlayedScenario> PlayedAsync(string name) => played[name].Value;

    public async Task<IReadOnlyList<PlayedScenario>> AllAsync() => await Task.WhenAll(ScenarioCatalogue.All.Select(scenario => PlayedAsync(scenario.Name)));

    private static async Task<PlayedScenario> PlayAsync(IScenario scenario)
    {
        using var calls = new CallRecorder();
        var told = new StringWriter();
        var view = new RunView(TextWriter.Synchronized(told), TimeProvider.System);
        await using var world = await TwinWorld.StartAsync(scenario.World, calls, view.Step, CancellationToken.None);
        var report = await ScenarioRun.PlayAsync(scenario, world, view, CancellationToken.None);
        var repair = scenario is Organization ? await Afterwards.RepairAsync(world, report) : null;
        var switched = scenario is Organization ? await Afterwards.SwitchAsync(world) : null;
        var trouble = scenario is Reroute ? await Afterwards.TroubleAsync(world) : null;
        var roles = TwinAccounts.All.SelectMany(account => world.Aws.Iam.Newest(account).Roles.Values).ToList();
        return new PlayedScenario(report, calls.Since(0), roles, told.ToString()) { Repair = repair, Switched = switched, Trouble = trouble };
    }
}

/// <param name="Roles">Of every account, as they are in the end.</param>
/// <param name="Told">What a person would have read.</param>
public sealed record PlayedScenario(RunReport Report, IReadOnlyList<RecordedCall> Calls, IReadOnlyList<IamRole> Roles, string Told)
{
    /// <summary>Of the organization: the road once more, after someone changed everything in AWS that is one chained cluster's.</summary>
    public WatchedExecution? Repair { get; init; }

    /// <summary>Of the organization, whose hub may switch clusters to access entries.</summary>
    public SwitchedRun? Switched { get; init; }

    /// <summary>Of the world with one moved cluster: sweeps that find trouble.</summary>
    public TroubleRun? Trouble { get; init; }
}
