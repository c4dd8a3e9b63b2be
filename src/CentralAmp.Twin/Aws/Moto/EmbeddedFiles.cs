namespace CentralAmp.Twin.Aws.Moto;

/// <summary>The Python files inside this assembly.</summary>
internal static class EmbeddedFiles
{
    /// <summary>Writes one of them into a folder and says where it is.</summary>
    public static string Unpack(string name, string folder)
    {
        using var resource = typeof(EmbeddedFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"{name} is not embedded in the twin");
        var path = Path.Combine(folder, name);
        using var file = File.Create(path);
        resource.CopyTo(file);
        return path;
    }
}
