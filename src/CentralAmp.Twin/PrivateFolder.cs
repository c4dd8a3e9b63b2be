namespace CentralAmp.Twin;

/// <summary>Where the twin keeps what it provisioned, between runs.</summary>
public static class PrivateFolder
{
    /// <summary><c>centralamp-twin</c> in XDG_CACHE_HOME, else in ~/.cache.</summary>
    public static string Default => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "centralamp-twin");

    /// <summary>Holds back other runs of the twin that want to provision the same; dispose it to let them in.</summary>
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
                // The system frees it when its holder ends, however it ends.
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }
}
