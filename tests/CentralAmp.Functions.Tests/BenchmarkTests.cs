using System.Diagnostics;
using System.Text.Json.Nodes;
using CentralAmp.Benchmarks;
using CentralAmp.Functions.Tests.Package;

namespace CentralAmp.Functions.Tests;

/// <summary>The benchmark's own command, in its shortest form, so that it cannot break unseen. No figure is asserted.</summary>
public sealed class BenchmarkTests
{
    private static readonly string[] Contestants = ["CentralAmp, managed", "Python, boto3", "Node.js, AWS SDK v3"];

    [Fact]
    public async Task The_benchmark_measures_the_functions_beside_their_peers_in_one_run()
    {
        var (status, output, errors) = await RunAsync(new Dictionary<string, string>(), "--rounds", "2", "--json");
        Assert.True(status == 0, errors);
        var results = JsonNode.Parse(output)!["contestants"]!.AsArray();
        // The native program is there where this machine can compile it.
        Assert.Equal(Contestants, results.Select(result => (string)result!["name"]!).Where(name => name != "CentralAmp, native"));
        Assert.All(results, result => Assert.All(
            (string[])["medianMilliseconds", "peakMegabytes", "cpuMilliseconds", "ratio"], figure => Assert.True((double)result![figure]! > 0, $"{figure} of {result}")));
    }

    [Fact]
    public void Every_setting_of_the_benchmark_is_one_of_the_template_and_those_of_the_start_are_equal()
    {
        var template = File.ReadAllText(Path.Combine(Tools.RepositoryRoot, "template.yaml"));

        // Lambda itself sets _HANDLER.
        Assert.All(FunctionSettings.All.Keys.Where(name => name != "_HANDLER"), name => Assert.Contains($"{name}: ", template, StringComparison.Ordinal));
        Assert.All(
            (string[])["SSL_CERT_DIR", "DOTNET_EnableWriteXorExecute"],
            name => Assert.Matches($"{name}: \"?{FunctionSettings.All[name]}\"?\n", template));
    }

    [Fact]
    public async Task A_machine_without_a_peer_is_told_which_one_and_what_to_install()
    {
        var (status, _, errors) = await RunAsync(new Dictionary<string, string> { ["PATH"] = "/nowhere" }, "--rounds", "2", "--json");
        Assert.Equal(3, status);
        Assert.Contains("there is no python3. Remedy: install Python", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rounds", "0")]
    [InlineData("--rounds", "many")]
    [InlineData("--laps", "2")]
    public async Task Bad_usage_ends_with_2(params string[] arguments)
    {
        var (status, _, errors) = await RunAsync(new Dictionary<string, string>(), arguments);
        Assert.Equal(2, status);
        Assert.NotEmpty(errors);
    }

    private static async Task<(int Status, string Output, string Errors)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CentralAmp.Benchmarks.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
