using System.Reflection;

namespace CentralAmp.Twin.Aws.Lambda;

/// <summary>The program of the functions, as the build made it: native, or managed. Both have the same name, in folders of their own.</summary>
public static class FunctionsProgram
{
    /// <summary>The managed program. The build of the twin makes it.</summary>
    public static string Managed { get; } = Metadata("ManagedFunctions");

    /// <summary>The native program. The build of the end-to-end tests makes it, where the machine has a C compiler to link it.</summary>
    public static string Native { get; } = Metadata("NativeFunctions");

    /// <summary>The native program if it was compiled from the same sources as the managed one, else the managed one.</summary>
    public static string Newest() => Newest(Native, Managed);

    /// <param name="native">A program that may not exist, or may be compiled from older sources.</param>
    internal static string Newest(string native, string managed) =>
        File.Exists(native) && SourcesOf(native) is { } sources && sources == SourcesOf(managed) ? native : managed;

    // The build writes the hashes of a program's sources beside its publish folder.
    private static string? SourcesOf(string program) =>
        Path.Combine(Path.GetDirectoryName(program)!, "..", "sources.txt") is var file && File.Exists(file) ? File.ReadAllText(file) : null;

    private static string Metadata(string key) => typeof(FunctionsProgram).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}
