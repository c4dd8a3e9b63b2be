using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using AwsPackages.Tests.Wire;

[assembly: AssemblyFixture(typeof(MotoServer))]

namespace AwsPackages.Tests.Wire;

/// <summary>One moto server for the tests of this assembly; it ends when its standard input closes, so also when the tests crash.</summary>
public sealed partial class MotoServer : IAsyncLifetime
{
    private const string Program = """
        import os, sys, threading
        from moto.server import main
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
        main(["-H", "127.0.0.1", "-p", "0"])
        """;

    private readonly StringBuilder output = new();
    private Process? process;
    private string? url;

    public static AWSCredentials Credentials { get; } = new BasicAWSCredentials("testing", "testing");

    public string Url => url ?? throw new InvalidOperationException($"moto did not start; python3 on PATH with moto 5.2 (pip install 'moto[server]') is needed. Its output:\n{output}");

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo("python3", ["-c", Program]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        var started = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => started.TrySetResult(null);
        process.OutputDataReceived += (_, line) => Read(line.Data, started);
        process.ErrorDataReceived += (_, line) => Read(line.Data, started);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        url = await started.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private void Read(string? line, TaskCompletionSource<string?> started)
    {
        lock (output)
        {
            output.AppendLine(line);
        }

        if (line is not null && Address().Match(line) is { Success: true } match)
        {
            started.TrySetResult(match.Value);
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
