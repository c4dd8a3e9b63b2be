namespace CentralAmp.Twin;

/// <summary>The folder for provisioned tools, kept between runs.</summary>
public static class PrivateFolder
{
    /// <summary><c>centralamp-twin</c> in XDG_CACHE_HOME, else in ~/.cache.</summary>
    public static string Default => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "centralamp-twin");

    /// <summary>Locks the folder against other runs of the twin that provision the same tool. Disposing the result unlocks it.</summary>
    public static async Task<FileStream> LockAsync(string folder, string name, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, $"{name}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // The operating system frees the lock when its holder ends, also after a crash.
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }
}
