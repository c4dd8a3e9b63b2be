using System.Diagnostics;
using System.Text.Json;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Runs;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>The twin as an operator starts it: a process, its output and its exit code.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task The_main_job_ends_verified_with_one_object_on_standard_output_and_its_record_in_a_file()
    {
        var record = Path.GetTempFileName();
        var (code, output, errors) = await WorldSlots.RunAsync(30, () => RunAsync("--json", "--again", "--record", record));

        Assert.True(code == 0, errors);
        var report = JsonDocument.Parse(output).RootElement;
        var cluster = Assert.Single(report.GetProperty("clusters").EnumerateArray());
        Assert.Equal("Verified", cluster.GetProperty("outcome").GetString());
        Assert.Equal(JsonValueKind.Null, cluster.GetProperty("cause").ValueKind);
        Assert.Equal("direct", cluster.GetProperty("trustMode").GetString());
        Assert.Equal("prometheus", cluster.GetProperty("delivery").GetString());
        Assert.True(cluster.GetProperty("series").GetInt64() > 100);
        Assert.True(cluster.GetProperty("secondsFromActive").GetDouble() > 0);
        Assert.Equal(0, cluster.GetProperty("again").GetProperty("writes").GetInt32());
        Assert.InRange(cluster.GetProperty("again").GetProperty("calls").GetInt32(), 1, 15);

        var lines = await File.ReadAllLinesAsync(record, TestContext.Current.CancellationToken);
        Assert.True(lines.Length >= report.GetProperty("calls").GetProperty("total").GetInt32());
        Assert.All(lines, line => Assert.All(
            (string[])["time", "caller", "service", "action", "resource", "decision", "write", "bodySha256"],
            name => Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty(name, out _), line)));
        File.Delete(record);
    }

    [Fact]
    public async Task A_break_ends_non_zero_with_its_cause()
    {
        var (code, output, _) = await WorldSlots.RunAsync(30, () => RunAsync("--json", "--break", "member-policy"));

        Assert.Equal(1, code);
        var cluster = JsonDocument.Parse(output).RootElement.GetProperty("clusters")[0];
        Assert.Equal("Blocked", cluster.GetProperty("outcome").GetString());
        Assert.Equal(BreakCatalogue.Find("member-policy")!.Cause, cluster.GetProperty("cause").GetString());
    }

    [Fact]
    public async Task The_list_of_breaks_names_them_all()
    {
        var (code, output, _) = await RunAsync("--break", "list");

        Assert.Equal(0, code);
        Assert.All(BreakCatalogue.All, item => Assert.Contains(item.Name, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_of_scenarios_names_them_all()
    {
        var (code, output, _) = await RunAsync("--scenario", "list");

        Assert.Equal(0, code);
        Assert.Equal(
            ["organization", "recreate", "offboard", "sweep", "reroute", "deliveries", "attacks"],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
    }

    [Theory]
    [InlineData("--scenario", "sweep", "--again")]
    [InlineData("--scenario", "sweep", "--clusters", "2")]
    [InlineData("--scenario", "sweep", "--break", "webhook-down")]
    public async Task A_scenario_refuses_options_about_clusters(params string[] arguments) =>
        Assert.Equal(2, (await RunAsync(arguments)).Code);

    [Theory]
    [InlineData("--scenario", "no-such-scenario")]
    [InlineData("--break", "no-such-break")]
    [InlineData("--clusters", "0")]
    [InlineData("--clusters", "many")]
    [InlineData("--no-such-option", "x")]
    public async Task Bad_usage_ends_with_two_and_a_message(string option, string value)
    {
        var (code, _, errors) = await RunAsync(option, value);

        Assert.Equal(2, code);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task A_machine_without_its_tools_gets_a_clear_message_and_three()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var (code, _, errors) = await RunAsync(["--json"], ("PATH", folder));

        Assert.Equal(3, code);
        Assert.Contains("PATH", errors, StringComparison.Ordinal);
        Directory.Delete(folder);
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) => RunAsync(arguments, null);

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments, (string Name, string Value)? variable)
    {
        var info = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : DotnetHost())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.ArgumentList.Add(typeof(TwinRun).Assembly.Location);
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        if (variable is { } changed)
            info.Environment[changed.Name] = changed.Value;
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    // The test assembly is an executable. The twin runs with the dotnet host of the test's runtime.
    private static string DotnetHost() =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet"));
}
