using System.Diagnostics;
using System.Reflection;

namespace CentralAmp.Functions.Tests.Package;

/// <summary>Programs of the machine, and the project whose package is tested.</summary>
internal static class Tools
{
    public static string RepositoryRoot { get; } = typeof(Tools).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "RepositoryRoot").Value!;

    public static string Project { get; } = Path.Combine(RepositoryRoot, "src", "CentralAmp.Functions");

    /// <returns>The first that is on the PATH, or null.</returns>
    public static string? Find(params string[] programs) => programs.FirstOrDefault(program =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))));

    /// <returns>The exit code, and standard output followed by standard error.</returns>
    public static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
