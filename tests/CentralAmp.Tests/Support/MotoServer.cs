using System.Diagnostics;
using System.Text.RegularExpressions;
using Amazon.Runtime;

[assembly: AssemblyFixture(typeof(CentralAmp.Tests.Support.MotoServer))]

namespace CentralAmp.Tests.Support;

/// <summary>One moto for all tests of the assembly, started on first use. A test class gets it as a constructor parameter.</summary>
public sealed partial class MotoServer : IAsyncDisposable
{
    private const string Version = "5.2.1";

    // Ends when its standard input closes, so it ends with the tests even if they crash.
    private const string Launcher = """
        import os, sys, threading
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
        from moto.server import main
        main(["-H", "127.0.0.1", "-p", "0"])
        """;

    private readonly Lazy<Task<string>> address;
    private Process? process;

    public MotoServer() => address = new(StartAsync);

    /// <summary>For <c>ClientConfig.ServiceURL</c>; set <c>AuthenticationRegion</c> too.</summary>
    public Task<string> AddressAsync() => address.Value;

    /// <summary>Configures a client for moto, without retries.</summary>
    public async Task<T> ConfigureAsync<T>(T config, string region = "us-east-1")
        where T : ClientConfig
    {
        config.ServiceURL = await AddressAsync();
        config.AuthenticationRegion = region;
        config.MaxErrorRetry = 0;
        return config;
    }

    /// <summary>Keys that moto assigns to its default account, 123456789012.</summary>
    public static BasicAWSCredentials Credentials { get; } = new("AKIAIOSFODNN7EXAMPLE", "secret");

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process?.Dispose();
    }

    private async Task<string> StartAsync()
    {
        var python = await HasMotoAsync("python3") ? "python3" : await VirtualEnvironmentAsync();
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        process = Launch(python, ["-c", Launcher]);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (Running().Match(line.Data ?? "") is { Success: true } match)
            {
                found.TrySetResult(match.Groups[1].Value);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return await found.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static async Task<string> VirtualEnvironmentAsync()
    {
        var folder = Path.Combine(Repository.Root, "artifacts", "moto-" + Version);
        var python = Path.Combine(folder, "bin", "python3");
        if (!await HasMotoAsync(python))
        {
            await RunAsync("python3", ["-m", "venv", folder]);
            await RunAsync(python, ["-m", "pip", "install", "--quiet", $"moto[server]=={Version}"]);
        }

        return python;
    }

    private static async Task<bool> HasMotoAsync(string python)
    {
        try
        {
            await RunAsync(python, ["-c", $"import moto, moto.server; assert moto.__version__ == '{Version}'"]);
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var run = Launch(program, arguments);
        run.StandardInput.Close();
        var output = run.StandardOutput.ReadToEndAsync();
        var errors = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        await output;
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {arguments[0]} ended with {run.ExitCode}: {errors}");
        }
    }

    private static Process Launch(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    }) ?? throw new InvalidOperationException($"{program} did not start");

    [GeneratedRegex(@"Running on (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Running();
}
