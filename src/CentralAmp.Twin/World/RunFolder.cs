using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace CentralAmp.Twin.World;

/// <summary>
/// The temporary folder of one run. A twin that is killed cannot remove its own, so each start removes those of twins that have ended.
/// </summary>
/// <remarks>
/// Each run has a record in the private folder: the path of its folder, its process and when that process started. The twin holds the
/// record locked as long as it lives; the system frees the lock however the process ends, and a process id that is used again has no
/// lock. Records of other users are in their own private folders, so their folders are never touched.
/// </remarks>
internal sealed class RunFolder : IDisposable
{
    private const string Prefix = "centralamp-twin-";
    private const string Records = "runs";

    /// <summary>Two readings of the start of one process differ by less.</summary>
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(5);

    private readonly FileStream? record;

    private RunFolder(string path, FileStream? record) => (Path, this.record) = (path, record);

    public string Path { get; }

    /// <summary>Removes the folders of twins that have ended, and makes one for this run.</summary>
    /// <param name="privateFolder">Of this user, between runs.</param>
    public static async Task<RunFolder> CreateAsync(string privateFolder, Action<string> say, CancellationToken cancellationToken)
    {
        try
        {
            var records = Directory.CreateDirectory(System.IO.Path.Combine(privateFolder, Records)).FullName;
            // Between the creation of a record and its lock no other twin may read it.
            await using var held = await PrivateFolder.LockAsync(privateFolder, Records, cancellationToken);
            RemoveEnded(records, say);
            var path = Directory.CreateTempSubdirectory(Prefix).FullName;
            var record = new FileStream(System.IO.Path.Combine(records, System.IO.Path.GetFileName(path)), FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await record.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Describe(path, Environment.ProcessId, OwnStart())), cancellationToken);
            await record.FlushAsync(cancellationToken);
            return new RunFolder(path, record);
        }
        catch (UnauthorizedAccessException denied)
        {
            say($"no record of this run's temporary folder can be kept ({denied.Message}); if the twin is killed, remove the folder by hand");
            return new RunFolder(Directory.CreateTempSubdirectory(Prefix).FullName, record: null);
        }
    }

    /// <summary>The text of a record.</summary>
    public static string Describe(string path, int processId, DateTime started) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}\n{processId}\n{started.ToUniversalTime():O}\n");

    /// <summary>Removes the folder and its record.</summary>
    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        if (record is null)
            return;
        File.Delete(record.Name);
        record.Dispose();
    }

    private static void RemoveEnded(string records, Action<string> say)
    {
        foreach (var file in Directory.GetFiles(records))
        {
            try
            {
                using var record = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                using var reader = new StreamReader(record);
                if (reader.ReadToEnd().Split('\n') is [var path, var processId, var started, ..] && !IsAlive(processId, started) && IsRunFolder(path))
                    Remove(file, path, say);
            }
            catch (IOException)
            {
                // A living twin holds it, or its children have not ended yet: then the next start removes the folder.
            }
        }
    }

    private static void Remove(string file, string path, Action<string> say)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
            say($"removed {path}, the folder of a twin that was killed");
        }

        File.Delete(file);
    }

    // Locks are not kept on every file system: the process itself is looked for as well.
    private static bool IsAlive(string processId, string started)
    {
        try
        {
            using var process = Process.GetProcessById(int.Parse(processId, CultureInfo.InvariantCulture));
            return (process.StartTime.ToUniversalTime() - DateTime.Parse(started, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)).Duration() < StartTolerance;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }

    // Whatever a record says: nothing but a twin's folder is ever removed.
    private static bool IsRunFolder(string path) =>
        System.IO.Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal)
        && System.IO.Path.GetDirectoryName(path) == System.IO.Path.GetFullPath(System.IO.Path.GetTempPath()).TrimEnd(System.IO.Path.DirectorySeparatorChar);

    private static DateTime OwnStart()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime;
    }
}
