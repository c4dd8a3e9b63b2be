using CentralAmp.Twin.Processes;

namespace CentralAmp.Twin.Aws.Moto;

/// <summary>
/// A Python that has moto and the SAM translator in the versions this twin was tested with: the one on PATH, or else a
/// virtual environment in the private folder. The machine's own Python is never changed.
/// </summary>
public sealed record Python(string Executable)
{
    private const string MotoVersion = "5.2.1";
    private const string TranslatorVersion = "1.110.0";

    // Metadata instead of imports: importing moto takes seconds. The second line is what the server and the engine import.
    private const string Probe =
        $"""
        import sys, importlib.metadata as m, importlib.util as u
        assert m.version('moto') == '{MotoVersion}' and m.version('aws-sam-translator') == '{TranslatorVersion}'
        assert all(map(u.find_spec, ['flask', 'flask_cors', 'antlr4', 'jsonpath_ng', 'py_partiql_parser', 'yaml', 'boto3', 'requests']))
        print('at:' + sys.executable)
        """;

    private static volatile Python? provided;

    /// <summary>Looks for Python once: a later call of the same process gets what the first one found.</summary>
    /// <exception cref="ProvisioningException">There is no Python, or pip could not install the packages.</exception>
    public static async Task<Python> ProvideAsync(string privateFolder, string logFolder, Action<string> say, CancellationToken cancellationToken) =>
        provided ??= await FindAsync(privateFolder, logFolder, say, cancellationToken);

    private static async Task<Python> FindAsync(string privateFolder, string logFolder, Action<string> say, CancellationToken cancellationToken)
    {
        if (await ProbeAsync("python3", logFolder, cancellationToken) is { } onPath)
            return onPath;

        var folder = Path.Combine(privateFolder, $"python-moto-{MotoVersion}-sam-{TranslatorVersion}");
        var inFolder = Path.Combine(folder, "bin", "python3");
        // Another run of the twin, or another test project, may be at it.
        await using var held = await Twin.PrivateFolder.LockAsync(privateFolder, "python", cancellationToken);
        if (File.Exists(inFolder) && await ProbeAsync(inFolder, logFolder, cancellationToken) is { } installed)
            return installed;

        say($"Installing moto {MotoVersion} and the SAM translator {TranslatorVersion} into {folder} (once)");
        await RunAsync("python3", ["-m", "venv", "--clear", folder], logFolder, "make a virtual environment", cancellationToken);
        await RunAsync(
            inFolder,
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", $"moto[server]=={MotoVersion}", $"aws-sam-translator=={TranslatorVersion}"],
            logFolder, "install moto and the SAM translator", cancellationToken);
        return await ProbeAsync(inFolder, logFolder, cancellationToken)
            ?? throw new ProvisioningException($"pip installed moto into {folder}, but it cannot be imported; see {LogFile(logFolder)}.");
    }

    private static async Task<Python?> ProbeAsync(string executable, string logFolder, CancellationToken cancellationToken)
    {
        await using var child = Start(executable, ["-c", Probe], logFolder);
        return await child.Exited.WaitAsync(cancellationToken) == 0
            ? new Python(child.Tail().Split('\n').Last(line => line.StartsWith("at:", StringComparison.Ordinal))["at:".Length..])
            : null;
    }

    private static async Task RunAsync(string executable, string[] arguments, string logFolder, string what, CancellationToken cancellationToken)
    {
        await using var child = Start(executable, arguments, logFolder);
        var code = await child.Exited.WaitAsync(cancellationToken);
        if (code == 127)
            throw new ProvisioningException("The twin needs Python 3 for moto, and there is no python3 on PATH. Install it (Debian: apt-get install python3 python3-venv) and run again.");
        if (code != 0)
            throw new ProvisioningException($"Could not {what} with {executable}. Install 'moto[server]=={MotoVersion}' and 'aws-sam-translator=={TranslatorVersion}' for the python3 on PATH, or python3-venv, and run again. It said:\n{child.Tail(8)}");
    }

    private static ChildProcess Start(string executable, string[] arguments, string logFolder) =>
        ChildProcess.Start(new ChildProcessStart(executable, arguments, LogFile(logFolder)));

    private static string LogFile(string logFolder) => Path.Combine(logFolder, "provisioning-python.log");
}
