namespace CentralAmp.Twin.Aws.Moto;

/// <summary>The Python files inside this assembly.</summary>
internal static class EmbeddedFiles
{
    /// <summary>Writes one file into a folder and returns its path.</summary>
    public static string Unpack(string name, string folder)
    {
        using var resource = typeof(EmbeddedFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"{name} is not embedded in the twin");
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = File.Create(path);
        resource.CopyTo(file);
        return path;
    }

    /// <summary>Writes a Python package into a folder, so that Python can import it.</summary>
    public static void UnpackPackage(string package, string folder)
    {
        foreach (var name in typeof(EmbeddedFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(package + "/", StringComparison.Ordinal)))
            Unpack(name, folder);
    }
}
