using System.Diagnostics;

namespace AwsPackages.Tests.Lambda;

/// <summary>A function of AwsPackages.SampleFunctions as a process, as Lambda would start it.</summary>
internal sealed class FunctionProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> errors;

    private FunctionProcess(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    private static string Assembly =>
        Path.Combine(AppContext.BaseDirectory.Replace("AwsPackages.Tests", "AwsPackages.SampleFunctions", StringComparison.Ordinal), "AwsPackages.SampleFunctions.dll");

    public static FunctionProcess Start(string? handler, RuntimeApi? api = null, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly]) { RedirectStandardError = true };
        start.Environment["ANNOTATIONS_HANDLER"] = handler;
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = api?.Address;
        start.Environment["HTTP_PROXY"] = "http://127.0.0.1:1"; // The Runtime API is never asked through a proxy.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return new FunctionProcess(Process.Start(start)!);
    }

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>The exit code and everything on standard error.</summary>
    public async Task<(int Code, string Errors)> ExitAsync()
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
