using System.Runtime.InteropServices;

namespace CentralAmp.Functions.Tests.Package;

/// <summary>Which package a build makes on machines with and without compilers and Docker, and what it says. The tools are planted files.</summary>
public sealed class PackageKindTests : IDisposable
{
    private static readonly bool IsArm = RuntimeInformation.OSArchitecture == Architecture.Arm64;
    private static readonly string Host = IsArm ? "linux-arm64" : "linux-x64";
    private static readonly string Other = IsArm ? "linux-x64" : "linux-arm64";
    private static readonly string OtherLibrary = IsArm ? "libc6-dev-amd64-cross" : "libc6-dev-arm64-cross";
    private static readonly string OtherCompiler = IsArm ? "gcc-x86-64-linux-gnu" : "gcc-aarch64-linux-gnu";

    /// <summary>Stands for /usr.</summary>
    private readonly string usr = Directory.CreateTempSubdirectory("central-amp-usr-").FullName;

    public void Dispose() => Directory.Delete(usr, recursive: true);

    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public async Task With_a_compiler_the_package_is_native(string compiler)
    {
        Install(compiler);

        var (code, output) = await DecideAsync(Host);

        Assert.True(code == 0, output);
        Assert.Contains($"CentralAmp.Functions: native package for {Host} (compiled on this machine)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_compiler_Docker_compiles()
    {
        InstallDocker(exitCode: 0);

        var (code, output) = await DecideAsync(Host);

        Assert.True(code == 0, output);
        Assert.Contains($"CentralAmp.Functions: container package for {Host} (compiled in AWS's build image, because this machine lacks clang or gcc)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_neither_the_package_is_managed_and_the_build_says_how_to_have_a_native_one()
    {
        InstallDocker(exitCode: 1);

        var (code, output) = await DecideAsync(Host);

        Assert.True(code == 0, output);
        Assert.Contains($"CentralAmp.Functions: managed package for {Host} (no native code, because this machine lacks clang or gcc, and Docker", output, StringComparison.Ordinal);
        Assert.Contains("apt-get install gcc", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_the_other_architecture_a_compiler_alone_is_not_enough()
    {
        Install("gcc", "clang");
        InstallDocker(exitCode: 1);

        var (code, output) = await DecideAsync(Other);

        Assert.True(code == 0, output);
        Assert.Contains($"managed package for {Other} (no native code, because this machine lacks lld, {OtherCompiler}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_cross_tools_the_package_of_the_other_architecture_is_native()
    {
        Install("clang", "ld.lld");
        Directory.CreateDirectory(Path.Combine(usr, "lib", "gcc-cross", IsArm ? "x86_64-linux-gnu" : "aarch64-linux-gnu"));
        var library = Directory.CreateDirectory(Path.Combine(usr, IsArm ? "x86_64-linux-gnu" : "aarch64-linux-gnu", "lib"));
        await File.WriteAllTextAsync(Path.Combine(library.FullName, "Scrt1.o"), "", TestContext.Current.CancellationToken);

        var (code, output) = await DecideAsync(Other);

        Assert.True(code == 0, output);
        Assert.Contains($"CentralAmp.Functions: native package for {Other}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_C_library_of_the_other_architecture_the_package_is_managed_and_the_build_names_the_library()
    {
        Install("clang", "ld.lld");
        Directory.CreateDirectory(Path.Combine(usr, "lib", "gcc-cross", IsArm ? "x86_64-linux-gnu" : "aarch64-linux-gnu"));
        InstallDocker(exitCode: 1);

        var (code, output) = await DecideAsync(Other);

        Assert.True(code == 0, output);
        Assert.Contains($"managed package for {Other} (no native code, because this machine lacks {OtherLibrary}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forced_native_package_without_its_tools_fails_with_their_names_and_the_command_that_installs_them()
    {
        Install("gcc");

        var (code, output) = await DecideAsync(Other, "-p:CentralAmpPackage=native");

        Assert.NotEqual(0, code);
        Assert.Contains($"needs clang, lld, {OtherCompiler}, {OtherLibrary}: apt-get install clang lld {OtherCompiler} {OtherLibrary}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forced_container_without_a_Docker_engine_fails()
    {
        Install("gcc");
        InstallDocker(exitCode: 1);

        var (code, output) = await DecideAsync(Host, "-p:CentralAmpPackage=container");

        Assert.NotEqual(0, code);
        Assert.Contains("CentralAmpPackage=container needs Docker, and 'docker info' ends with 1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forced_managed_package_ignores_the_compiler()
    {
        Install("gcc");

        var (code, output) = await DecideAsync(Host, "-p:CentralAmpPackage=managed");

        Assert.True(code == 0, output);
        Assert.Contains($"CentralAmp.Functions: managed package for {Host} (CentralAmpPackage)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_kind_is_refused()
    {
        var (code, output) = await DecideAsync(Host, "-p:CentralAmpPackage=zip");

        Assert.NotEqual(0, code);
        Assert.Contains("CentralAmpPackage is 'zip'; it must be 'native', 'container' or 'managed'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_for_a_system_that_Lambda_does_not_run_is_refused()
    {
        Install("gcc");

        var (code, output) = await DecideAsync("win-x64");

        Assert.NotEqual(0, code);
        Assert.Contains("Lambda runs linux-x64 and linux-arm64; the package is for 'win-x64'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_container_compiles_a_copy_of_the_sources_for_the_architecture_of_the_package()
    {
        var asked = Path.Combine(usr, "asked");
        InstallDocker(exitCode: 0, $"""[ "$1" = info ] || printf '%s\n' "$@" > {asked}""");

        var (code, output) = await BuildAsync("DecidePackage;PublishInContainer", "linux-arm64", "-p:CentralAmpPackage=container", $"-p:PublishDir={usr}/package/");

        Assert.True(code == 0, output);
        var lines = await File.ReadAllLinesAsync(asked, TestContext.Current.CancellationToken);
        Assert.Equal(
            ["run", "--rm", "--platform", "linux/arm64", "--mount", $"type=bind,source={Tools.RepositoryRoot.TrimEnd('/')},target=/repository,readonly", "--mount", $"type=bind,source={usr}/package,target=/package"],
            lines[..8]);
        Assert.Equal("public.ecr.aws/sam/build-dotnet10:latest-arm64", lines[8]);
        Assert.Contains("dotnet publish /build/src/CentralAmp.Functions -c Debug -r linux-arm64 -p:CentralAmpPackage=native", lines[^1], StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(usr, "package")), "the folder of the package must exist before it is mounted");
    }

    [Fact]
    public async Task A_package_of_another_architecture_than_the_stack_is_refused_before_it_can_be_uploaded()
    {
        Install("gcc");

        // template.yaml deploys arm64 unless samconfig.toml says otherwise.
        var (code, output) = await BuildAsync("CheckArchitecture", "linux-x64", "-p:Configuration=Release", "-p:CentralAmpPackage=managed");
        var (codeOfArm, outputOfArm) = await BuildAsync("CheckArchitecture", "linux-arm64", "-p:Configuration=Release", "-p:CentralAmpPackage=managed");

        Assert.NotEqual(0, code);
        Assert.Contains("This package is for x64, but the stack is deployed with Architecture=arm64", output, StringComparison.Ordinal);
        Assert.True(codeOfArm == 0, outputOfArm);
    }

    private Task<(int Code, string Output)> DecideAsync(string runtime, params string[] arguments) => BuildAsync("DecidePackage", runtime, arguments);

    private Task<(int Code, string Output)> BuildAsync(string target, string runtime, params string[] arguments) => Tools.RunAsync(
        "dotnet",
        ["msbuild", "-nologo", "-v:minimal", Path.Combine(Tools.Project, "CentralAmp.Functions.csproj"), $"-t:{target}", $"-p:RuntimeIdentifier={runtime}", $"-p:_ToolFolder={usr}", .. arguments],
        ("PATH", $"{Path.Combine(usr, "bin")}:{Environment.GetEnvironmentVariable("PATH")}"),
        ("CentralAmpPackage", null));

    private void Install(params string[] programs)
    {
        foreach (var program in programs)
        {
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(usr, "bin")).FullName, program), "");
        }
    }

    private void InstallDocker(int exitCode, string script = ":")
    {
        Install("docker");
        var docker = Path.Combine(usr, "bin", "docker");
        File.WriteAllText(docker, $"#!/bin/sh\n{script}\nexit {exitCode}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
