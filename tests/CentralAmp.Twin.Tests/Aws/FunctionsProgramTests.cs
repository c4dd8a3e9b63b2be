using CentralAmp.Twin.Aws.Lambda;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>The twin runs the native program only if it was compiled from the code that is there now.</summary>
public sealed class FunctionsProgramTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("twin-functions-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_native_program_of_the_same_sources_is_taken() =>
        Assert.Equal(Native, FunctionsProgram.Newest(Make(Native, "hash of the code"), Make(Managed, "hash of the code")));

    [Fact]
    public void A_native_program_of_other_sources_is_not_taken() =>
        Assert.Equal(Managed, FunctionsProgram.Newest(Make(Native, "hash of older code"), Make(Managed, "hash of the code")));

    [Fact]
    public void A_native_program_whose_sources_are_not_known_is_not_taken() =>
        Assert.Equal(Managed, FunctionsProgram.Newest(Make(Native, sources: null), Make(Managed, "hash of the code")));

    [Fact]
    public void Without_a_native_program_the_managed_one_is_taken() =>
        Assert.Equal(Managed, FunctionsProgram.Newest(Native, Make(Managed, "hash of the code")));

    private string Native => Path.Combine(folder, "native", "publish", "CentralAmp.Functions");

    private string Managed => Path.Combine(folder, "managed", "publish", "CentralAmp.Functions");

    private static string Make(string program, string? sources)
    {
        var publish = Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllText(program, "");
        if (sources is not null)
            File.WriteAllText(Path.Combine(publish.Parent!.FullName, "sources.txt"), sources);
        return program;
    }
}
