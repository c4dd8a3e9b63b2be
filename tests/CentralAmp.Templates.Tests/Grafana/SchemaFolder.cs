using System.ComponentModel;
using System.Diagnostics;

namespace CentralAmp.Templates.Tests.Grafana;

/// <summary>Grafana's types and the TypeScript compiler, installed by npm into a private folder with the content that the lock file names.</summary>
internal static class SchemaFolder
{
    private static string Sources => Repository.PathOf("tests/CentralAmp.Templates.Tests/Grafana/Schema");

    private static string Installed => Repository.PathOf("artifacts/grafana-schema");

    private static string Marker => Path.Combine(Installed, "installed");

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
        var wanted = await File.ReadAllTextAsync(Path.Combine(Sources, "package-lock.json"), cancellationToken);
        if (!File.Exists(Marker) || await File.ReadAllTextAsync(Marker, cancellationToken) != wanted)
        {
            foreach (var file in (string[])["package.json", "package-lock.json"])
                File.Copy(Path.Combine(Sources, file), Path.Combine(Installed, file), overwrite: true);
            var (status, output) = await RunAsync("npm", cancellationToken, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            Assert.True(status == 0, $"npm could not install Grafana's types:\n{output}");
            // Written last, so that an installation that was interrupted is done again.
            await File.WriteAllTextAsync(Marker, wanted, cancellationToken);
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
