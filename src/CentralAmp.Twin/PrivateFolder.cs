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
}
