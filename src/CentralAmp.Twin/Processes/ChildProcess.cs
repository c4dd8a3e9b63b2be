using System.ComponentModel;
using System.Diagnostics;

namespace CentralAmp.Twin.Processes;

/// <summary>What to run. Standard output and error are appended to <paramref name="LogFile"/>; standard input is empty.</summary>
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
/// A program that surely ends with the twin, whatever ends the twin: Ctrl-C, a crash or kill -9.
/// </summary>
/// <remarks>
/// A shell in a session of its own runs the program and, beside it, a watchdog that reads a pipe only this process holds
/// open. When the pipe closes, the kernel having closed it for us or not, the whole group is killed. The parent-death
/// signal of Linux would be shorter, but it is bound to the thread that forked, and the .NET thread pool retires threads.
/// </remarks>
public sealed class ChildProcess : IAsyncDisposable
{
    // In a session of its own neither Ctrl-C in the terminal nor a kill of the twin's process group can take the watchdog
    // away before the program. "kill -9 0" means: everything in this group.
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

    /// <exception cref="ProvisioningException">There is no <c>setsid</c> (util-linux) on PATH.</exception>
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
            throw new ProvisioningException($"The twin starts its processes with setsid (package util-linux), which cannot be started from this PATH: {e.Message}");
        }
    }

    /// <summary>The end of the log, for error messages.</summary>
    public string Tail(int lines = 20) =>
        File.Exists(LogFile) ? string.Join('\n', ReadShared(LogFile).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines)) : "";

    /// <summary>Kills the program and everything it started; <see cref="Exited"/> follows.</summary>
    public void Kill()
    {
        // Whoever serves it and whoever disposes it may come at the same moment; closing the writer twice at once throws.
        if (Interlocked.Exchange(ref killed, 1) == 1)
            return;

        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program has ended already and took the other end of the pipe with it.
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
