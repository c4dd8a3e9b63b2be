using System.CommandLine;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.Scenarios;

namespace CentralAmp.Twin;

/// <summary>The command line of the twin. Exit codes: 0 every outcome is as expected, 1 some are not, 2 bad usage, 3 the machine lacks a tool.</summary>
internal static class Program
{
    private const int Usage = 2;

    private static readonly Option<int> Clusters = new("--clusters") { Description = "number of clusters to create at the same time", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Again = new("--again") { Description = "run the onboarding workflow a second time, by manual input" };
    private static readonly Option<bool> Keep = new("--keep") { Description = "stay up until Ctrl-C; print commands to try" };
    private static readonly Option<bool> Json = new("--json") { Description = "print one JSON object and nothing else on stdout" };
    private static readonly Option<FileInfo?> RecordFile = new("--record") { Description = "write every call to AWS and Kubernetes to this file, as JSON lines", HelpName = "FILE" };
    private static readonly Option<string?> BreakName = new("--break") { Description = "plant one misconfiguration ('list' names them)", HelpName = "NAME" };
    private static readonly Option<string?> ScenarioName = new("--scenario") { Description = "run a scenario instead ('list' names them)", HelpName = "NAME" };

    private static async Task<int> Main(string[] arguments)
    {
        var command = new RootCommand("Creates EKS clusters in a local AWS and shows how CentralAmp onboards them to the central workspace.")
        {
            Clusters, Again, Keep, Json, RecordFile, BreakName, ScenarioName,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        var result = command.Parse(arguments);
        // After Ctrl-C the twin ends its processes and removes its folder, which takes longer than the default of two seconds.
        var status = await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
        return result.Errors.Count > 0 ? Usage : status;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = parsed.GetValue(BreakName);
        if (name == "list")
        {
            foreach (var known in BreakCatalogue.All)
                await Console.Out.WriteLineAsync($"{known.Name,-20} {known.Description} -> {known.Cause}");
            return 0;
        }

        if (parsed.GetValue(ScenarioName) is { } scenario)
            return await RunScenarioAsync(scenario, parsed, cancellationToken);

        var planted = name is null ? null : BreakCatalogue.Find(name);
        if (name is not null && planted is null)
            return await RefuseAsync($"'{name}' is not a known break; --break list names them");
        if (parsed.GetValue(Clusters) is < 1 or > 20)
            return await RefuseAsync("--clusters takes 1 to 20 on one machine");

        return await TwinRun.ExecuteAsync(
            new TwinRunOptions
            {
                Clusters = parsed.GetValue(Clusters),
                Again = parsed.GetValue(Again),
                Keep = parsed.GetValue(Keep),
                Json = parsed.GetValue(Json),
                RecordFile = parsed.GetValue(RecordFile)?.FullName,
                Break = planted,
            },
            cancellationToken);
    }

    private static async Task<int> RunScenarioAsync(string name, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (name == "list")
        {
            foreach (var known in ScenarioCatalogue.All)
                await Console.Out.WriteLineAsync($"{known.Name,-20} {known.Description}");
            return 0;
        }

        if (ScenarioCatalogue.Find(name) is not { } scenario)
            return await RefuseAsync($"'{name}' is not a known scenario; --scenario list names them");
        if (parsed.GetResult(Clusters) is { Implicit: false } || parsed.GetValue(Again) || parsed.GetValue(BreakName) is not null)
            return await RefuseAsync("--scenario creates its own clusters: only --json, --record and --keep go with it");

        return await TwinRun.ExecuteAsync(
            new TwinRunOptions { Scenario = scenario, Keep = parsed.GetValue(Keep), Json = parsed.GetValue(Json), RecordFile = parsed.GetValue(RecordFile)?.FullName },
            cancellationToken);
    }

    private static async Task<int> RefuseAsync(string message)
    {
        await Console.Error.WriteLineAsync(message);
        return Usage;
    }
}
