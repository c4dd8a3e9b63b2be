using System.Text.RegularExpressions;
using CentralAmp.Twin.Processes;

namespace CentralAmp.Twin.Prometheus;

/// <summary>A Prometheus program, the server or promtool, that can be run on this machine.</summary>
public sealed partial record PrometheusBinary(string Path, Version Version)
{
    /// <summary>
    /// Older ones do not sign with temporary credentials reliably (fixed in 2.51.0), and Debian's 2.42 does not sign at all
    /// (reference/prometheus.md).
    /// </summary>
    public static Version Oldest { get; } = new(2, 53, 0);

    public bool IsNewEnough => Version >= Oldest;

    /// <summary>Reads the program's version; null if the path has no program or it does not run.</summary>
    public static async Task<PrometheusBinary?> InspectAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return null;
        var answer = await Command.RunAsync(path, ["--version"], cancellationToken);
        var match = VersionForm().Match(answer.Output);
        return answer.ExitCode == 0 && match.Success ? new PrometheusBinary(path, Version.Parse(match.Groups[1].Value)) : null;
    }

    [GeneratedRegex(@"(?:prometheus|promtool), version (\d+\.\d+\.\d+)")]
    private static partial Regex VersionForm();
}

/// <summary>Runs a short command to its end; it does not outlive the twin.</summary>
internal static class Command
{
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var log = Path.GetTempFileName();
        try
        {
            await using var process = ChildProcess.Start(new ChildProcessStart(program, arguments, log)
            {
                Environment = new Dictionary<string, string> { ["LC_ALL"] = "C" },
            });
            var code = await process.Exited.WaitAsync(cancellationToken);
            return (code, await File.ReadAllTextAsync(log, cancellationToken));
        }
        finally
        {
            File.Delete(log);
        }
    }
}
