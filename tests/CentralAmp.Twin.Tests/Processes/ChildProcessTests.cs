using System.Diagnostics;
using System.Globalization;
using CentralAmp.Twin.Processes;

namespace CentralAmp.Twin.Tests.Processes;

public sealed class ChildProcessTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("twin-child-").FullName;

    private string Log => Path.Combine(folder, "log");

    [Fact]
    public async Task The_exit_code_and_the_output_of_the_program_are_kept()
    {
        await using var child = Start("echo out; echo err >&2; exit 7");

        Assert.Equal(7, await child.Exited);
        Assert.Equal("out\nerr", child.Tail());
    }

    [Fact]
    public async Task Disposing_kills_the_program_and_what_it_started()
    {
        var child = Start("sleep 300 & echo $! ; echo $$; wait");
        var pids = await PidsAsync(2);
        await child.DisposeAsync();

        // All of them have the signal by now; on a loaded machine it is a moment until the kernel has acted on it.
        for (var i = 0; i < 200 && pids.Any(IsRunning); i++)
            await Task.Delay(25, TestContext.Current.CancellationToken);
        Assert.All(pids, pid => Assert.False(IsRunning(pid)));
    }

    [Fact]
    public async Task A_clean_environment_holds_only_what_was_given()
    {
        await using var child = ChildProcess.Start(new ChildProcessStart("/usr/bin/env", [], Log)
        {
            CleanEnvironment = true,
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["ONLY"] = "this" },
        });

        await child.Exited;
        Assert.Contains("ONLY=this", child.Tail(), StringComparison.Ordinal);
        Assert.DoesNotContain("HOME=", child.Tail(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ChildProcess Start(string script) => ChildProcess.Start(new ChildProcessStart("sh", ["-c", script], Log));

    private async Task<int[]> PidsAsync(int count)
    {
        for (var i = 0; i < 200; i++)
        {
            if (File.Exists(Log) && await File.ReadAllLinesAsync(Log, TestContext.Current.CancellationToken) is { } lines && lines.Length >= count)
                return [.. lines.Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("the program printed nothing");
    }

    // A killed orphan may stay a zombie until init reaps it: it does not run any more.
    private static bool IsRunning(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // Gone before it was opened, or while it was read.
            return false;
        }
    }
}
