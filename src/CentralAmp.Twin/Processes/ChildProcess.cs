using System.ComponentModel;
using System.Diagnostics;

namespace CentralAmp.Twin.Processes;

/// <summary>A program to start. Standard output and error are appended to <paramref name="LogFile"/>; standard input is empty.</summary>
public sealed record ChildProcessStart(string Program, IReadOnlyList<string> Arguments, string LogFile)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables of this process that the program must not inherit.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Start from an empty environment, as a Lambda sandbox or a container does.</summary>
    public bool CleanEnvironment { get; init; }

    public string? WorkingDirectory { get; init; }
}

/// <summary>
/// A child process that always ends with the twin, also after Ctrl-C, a crash or kill -9.
/// </summary>
/// <remarks>
/// A shell in a separate session runs the program and a watchdog. The watchdog reads a pipe that only this process holds
/// open. When the pipe closes, also when the kernel closes it, the watchdog kills the whole process group. The parent-death
/// signal of Linux would be simpler, but it is bound to the thread that forked, and the .NET thread pool ends threads.
/// </remarks>
public sealed class ChildProcess : IAsyncDisposable
{
    // The separate session protects the watchdog from Ctrl-C in the terminal and from a kill of the twin's process group.
    // "kill -9 0" kills every process in the watchdog's group.
    private const string Wrapper =
        """
        log=$1; shift
        exec 3<&0 </dev/null >>"$log" 2>&1
        "$@" 3<&- &
        program=$!
        ( while read -r _ <&3; do :; done; kill -9 0 ) &
        watchdog=$!
        exec 3<&-
        wait "$program"; code=$?
        kill -9 "$watchdog"
        exit "$code"
        """;

    private readonly Process process;
    private int killed;

    private ChildProcess(Process process, string logFile)
    {
        this.process = process;
        LogFile = logFile;
        Exited = WaitAsync();
    }

    public string LogFile { get; }

    /// <summary>The exit code of the program; 128 + n after signal n.</summary>
    public Task<int> Exited { get; }

    public bool HasExited => Exited.IsCompleted;

    /// <exception cref="ProvisioningException">PATH has no <c>setsid</c> (util-linux).</exception>
    public static ChildProcess Start(ChildProcessStart start)
    {
        var info = new ProcessStartInfo("setsid") { RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in (string[])["sh", "-c", Wrapper, "twin-child", start.LogFile, start.Program, .. start.Arguments])
            info.ArgumentList.Add(argument);

        info.WorkingDirectory = start.WorkingDirectory ?? Environment.CurrentDirectory;
        if (start.CleanEnvironment)
            info.Environment.Clear();
        foreach (var name in start.Without)
            info.Environment.Remove(name);
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;

        try
        {
            return new ChildProcess(Process.Start(info)!, start.LogFile);
        }
        catch (Win32Exception e)
        {
            throw new ProvisioningException($"The twin starts its processes with setsid (package util-linux), but PATH has no setsid that can be started: {e.Message}");
        }
    }

    /// <summary>The end of the log, for error messages.</summary>
    public string Tail(int lines = 20) =>
        File.Exists(LogFile) ? string.Join('\n', ReadShared(LogFile).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines)) : "";

    /// <summary>Kills the program and everything it started; <see cref="Exited"/> follows.</summary>
    public void Kill()
    {
        // Two threads may call this at the same time, and closing the writer twice throws.
        if (Interlocked.Exchange(ref killed, 1) == 1)
            return;

        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program has ended, so the other end of the pipe is closed.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exited;
        process.Dispose();
    }

    private static string ReadShared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private async Task<int> WaitAsync()
    {
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
