using System.Runtime.InteropServices;

namespace CentralAmp.Functions.Tests.Package;

/// <summary>The check of a native program after it is linked. The programs are planted: a C compiler makes them here.</summary>
public sealed class CheckProgramTests : IDisposable
{
    private static readonly string Host = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
    private static readonly string Other = Host == "x64" ? "arm64" : "x64";

    private readonly string folder = Directory.CreateTempSubdirectory("central-amp-program-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_program_that_Amazon_Linux_2023_can_start_passes()
    {
        var (code, output) = await CheckAsync(await CompileAsync("int main(void) { return 0; }"), Host);

        Assert.True(code == 0, output);
        Assert.Empty(output);
    }

    [Fact]
    public async Task A_program_of_the_other_architecture_is_refused()
    {
        var (code, output) = await CheckAsync(await CompileAsync("int main(void) { return 0; }"), Other);

        Assert.Equal(1, code);
        Assert.Matches("error: .*planted: it is for .+, not for (AArch64|X86-64)", output);
    }

    [Fact]
    public async Task A_program_that_needs_a_newer_glibc_is_refused_with_the_version_and_the_remedy()
    {
        // arc4random came with glibc 2.36 (its release notes).
        var (code, output) = await CheckAsync(await CompileAsync("#include <stdlib.h>\nint main(void) { return (int)arc4random(); }"), Host);

        Assert.Equal(1, code);
        Assert.Contains("it needs glibc 2.36, and Amazon Linux 2023 has 2.34", output, StringComparison.Ordinal);
        Assert.Contains("CentralAmpPackage=container", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_with_packed_relocations_is_refused()
    {
        // Data with an address, so that there is a relocation to pack.
        var (code, output) = await CheckAsync(
            await CompileAsync("int answer = 42;\nint *where = &answer;\nint main(void) { return *where; }", "planted", "-fPIE", "-pie", "-Wl,-z,pack-relative-relocs"), Host);

        Assert.Equal(1, code);
        Assert.Contains("its relocations are packed, which needs glibc 2.36", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_needs_a_library_which_Amazon_Linux_2023_lacks_is_refused_with_its_name()
    {
        var library = await CompileAsync("int answer(void) { return 42; }", "libplanted.so", "-shared", "-fPIC", "-Wl,-soname,libplanted.so.1");
        var (code, output) = await CheckAsync(await CompileAsync("int answer(void);\nint main(void) { return answer(); }", "planted", library), Host);

        Assert.Equal(1, code);
        Assert.Contains("it needs libplanted.so.1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_program_is_refused()
    {
        var file = Path.Combine(folder, "text");
        await File.WriteAllTextAsync(file, "#!/bin/sh\n", TestContext.Current.CancellationToken);

        var (code, output) = await CheckAsync(file, Host);

        Assert.Equal(2, code);
        Assert.Contains("it is not an ELF program", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_readelf_the_check_says_what_to_install()
    {
        var (code, output) = await CheckAsync("/bin/sh", Host, ("PATH", folder));

        Assert.Equal(2, code);
        Assert.Contains("readelf is missing: install binutils", output, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Output)> CheckAsync(string program, string architecture, params (string Name, string? Value)[] environment) =>
        Tools.RunAsync("/bin/sh", [Path.Combine(Tools.Project, "Package", "check-program.sh"), program, architecture], environment);

    private async Task<string> CompileAsync(string source, string name = "planted", params string[] arguments)
    {
        var compiler = Tools.Find("gcc", "clang");
        Assert.SkipWhen(compiler is null, "This machine has no C compiler (gcc or clang), so no native program is compiled here.");
        var (file, program) = (Path.Combine(folder, $"{name}.c"), Path.Combine(folder, name));
        await File.WriteAllTextAsync(file, source, TestContext.Current.CancellationToken);
        var (code, output) = await Tools.RunAsync(compiler, ["-o", program, file, .. arguments]);
        Assert.True(code == 0, output);
        return program;
    }
}
