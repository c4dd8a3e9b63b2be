using System.ComponentModel;
using System.Diagnostics;

namespace CentralAmp.Templates.Tests.Grafana;

/// <summary>Grafana's types and the TypeScript compiler, installed by npm into a private folder with the content that the lock file names.</summary>
internal static class SchemaFolder
{
    private static readonly string[] Files = ["package.json", "package-lock.json", "types.ts"];

    private static string Sources => Repository.PathOf("tests/CentralAmp.Templates.Tests/Grafana/Schema");

    private static string Installed => Repository.PathOf("artifacts/grafana-schema");

    /// <returns>What the compiler says of this source beside types.ts; empty if nothing.</returns>
    public static async Task<string> CheckAsync(string name, string source, CancellationToken cancellationToken)
    {
        await InstallAsync(cancellationToken);
        var file = Path.Combine(Installed, $"{name}.ts");
        await File.WriteAllTextAsync(file, source, cancellationToken);
        var (status, output) = await RunAsync(
            "node", cancellationToken, "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022", file);
        return status == 0 ? "" : $"tsc ended with {status}.\n{output}";
    }

    // Another run of the tests may do it at the same time.
    private static async Task InstallAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Installed);
        await using var held = await LockAsync(cancellationToken);
        var isCurrent = Directory.Exists(Path.Combine(Installed, "node_modules")) && IsCopied("package-lock.json");
        if (!isCurrent)
        {
            foreach (var file in Files.Where(file => file != "package-lock.json"))
                File.Copy(Path.Combine(Sources, file), Path.Combine(Installed, file), overwrite: true);
            File.Copy(Path.Combine(Sources, "package-lock.json"), Path.Combine(Installed, "package-lock.json"), overwrite: true);
            var (status, output) = await RunAsync("npm", cancellationToken, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            if (status != 0)
            {
                // Without the copy, the next run installs again.
                File.Delete(Path.Combine(Installed, "package-lock.json"));
                Assert.Fail($"npm could not install Grafana's types:\n{output}");
            }
        }

        File.Copy(Path.Combine(Sources, "types.ts"), Path.Combine(Installed, "types.ts"), overwrite: true);
    }

    private static async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Installed, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    private static bool IsCopied(string file) =>
        File.Exists(Path.Combine(Installed, file)) && File.ReadAllText(Path.Combine(Installed, file)) == File.ReadAllText(Path.Combine(Sources, file));

    private static async Task<(int Status, string Output)> RunAsync(string program, CancellationToken cancellationToken, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Installed })!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output + await errors);
        }
        catch (Win32Exception e)
        {
            return (127, $"This test needs {program} (Node.js 20 with npm) on PATH: {e.Message}");
        }
    }
}
