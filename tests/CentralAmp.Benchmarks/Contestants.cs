using System.Diagnostics;
using System.Reflection;

namespace CentralAmp.Benchmarks;

/// <summary>A program that serves Lambda's Runtime API, to be measured.</summary>
internal sealed record Contestant(string Name, string Program, string[] Arguments, IReadOnlyDictionary<string, string> Environment)
{
    public bool IsCentralAmp { get; init; }
}

/// <summary>The machine lacks a peer, and the benchmark could not install it.</summary>
internal sealed class PeerMissingException(string what, string remedy) : Exception($"The benchmark cannot run: {what} Remedy: {remedy}");

/// <summary>CentralAmp's functions and their two peers. The peers are installed into the checkout's artifacts folder, nowhere else.</summary>
internal static class Contestants
{
    private const int OldestNode = 20;

    private static readonly string Peers = Path.Combine(AppContext.BaseDirectory, "Peers");
    private static readonly string Installed = Path.Combine(Metadata("RepositoryRoot"), "artifacts", "benchmark");

    /// <exception cref="PeerMissingException">Node.js, npm, Python or boto3 is missing.</exception>
    public static async Task<IReadOnlyList<Contestant>> PrepareAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync("preparing the peers: Python with boto3, Node.js with the AWS SDK v3 ...");
        var python = await PythonAsync(cancellationToken);
        var node = await NodeAsync(cancellationToken);
        return
        [
            .. CentralAmp(),
            new Contestant("Python, boto3", python, [Path.Combine(Peers, "peer.py")], new Dictionary<string, string>()),
            new Contestant("Node.js, AWS SDK v3", "node", [node], new Dictionary<string, string>()),
        ];
    }

    private static IEnumerable<Contestant> CentralAmp() => typeof(Contestants).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Where(item => item.Key is "NativeFunctions" or "ManagedFunctions").OrderByDescending(item => item.Key)
        .Select(item => new Contestant($"CentralAmp, {item.Key.Replace("Functions", "", StringComparison.Ordinal).ToLowerInvariant()}", item.Value!, [], FunctionSettings.All) { IsCentralAmp = true });

    /// <summary>The interpreter itself, not a shim that starts it: a shim's time is not Python's.</summary>
    private static async Task<string> PythonAsync(CancellationToken cancellationToken)
    {
        var (status, interpreter) = await RunAsync("python3", Installed, cancellationToken, "-c", "import sys; print(sys.executable)");
        if (status != 0)
            throw new PeerMissingException("there is no python3.", "install Python 3.9 or newer.");
        if (await HasBotoAsync(interpreter, cancellationToken))
            return interpreter;

        var folder = Path.Combine(Installed, "python");
        var own = Path.Combine(folder, "bin", "python");
        if (await HasBotoAsync(own, cancellationToken))
            return own;
        var (made, _) = await RunAsync(interpreter, Installed, cancellationToken, "-m", "venv", folder);
        var (installed, output) = made == 0
            ? await RunAsync(own, Installed, cancellationToken, "-m", "pip", "install", "--quiet", "-r", Path.Combine(Peers, "requirements.txt"))
            : (made, "python3 -m venv failed");
        return installed == 0
            ? own
            : throw new PeerMissingException($"python3 has no boto3, and pip could not install it ({LastLine(output)}).", "install boto3 for python3.");
    }

    private static async Task<bool> HasBotoAsync(string interpreter, CancellationToken cancellationToken) =>
        (await RunAsync(interpreter, Installed, cancellationToken, "-c", "import boto3")).Status == 0;

    /// <returns>The peer's script, beside its packages: Node.js finds packages from the script's folder upwards.</returns>
    private static async Task<string> NodeAsync(CancellationToken cancellationToken)
    {
        var (status, version) = await RunAsync("node", Installed, cancellationToken, "--version");
        if (status != 0 || !Version.TryParse(version.TrimStart('v'), out var found) || found.Major < OldestNode)
            throw new PeerMissingException($"Node.js {OldestNode} or newer is needed{(status == 0 ? $", and this is {version}" : "")}.", $"install Node.js {OldestNode} with npm.");

        var folder = Directory.CreateDirectory(Path.Combine(Installed, "node")).FullName;
        var isCurrent = IsCopied(folder, "package-lock.json") && Directory.Exists(Path.Combine(folder, "node_modules"));
        foreach (var file in (string[])["package.json", "package-lock.json", "peer.mjs"])
            File.Copy(Path.Combine(Peers, file), Path.Combine(folder, file), overwrite: true);
        if (!isCurrent)
        {
            var (installed, output) = await RunAsync("npm", folder, cancellationToken, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            if (installed != 0)
                throw new PeerMissingException($"npm could not install the AWS SDK ({LastLine(output)}).", "make the npm registry reachable, or set npm's registry.");
        }

        return Path.Combine(folder, "peer.mjs");
    }

    private static bool IsCopied(string folder, string file) =>
        File.Exists(Path.Combine(folder, file)) && File.ReadAllText(Path.Combine(folder, file)) == File.ReadAllText(Path.Combine(Peers, file));

    private static string LastLine(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault("no output");

    /// <returns>Exit status, or 127 if there is no such program; standard output, or standard error if that is empty.</returns>
    private static async Task<(int Status, string Output)> RunAsync(string program, string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        Directory.CreateDirectory(folder);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder })!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, (await output).Trim() is { Length: > 0 } text ? text : (await errors).Trim());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (127, "");
        }
    }

    private static string Metadata(string key) =>
        typeof(Contestants).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!;
}
