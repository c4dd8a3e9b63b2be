using System.Reflection;
using System.Runtime.InteropServices;
using CentralAmp.Benchmarks;

namespace CentralAmp.Functions.Tests.Package;

/// <summary>The native program of the architecture that this machine is not (arm64 on x64), run by QEMU.</summary>
public sealed class OtherArchitectureTests
{
    private static readonly bool IsArm = RuntimeInformation.OSArchitecture == Architecture.Arm64;
    private static readonly string? Program = typeof(OtherArchitectureTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().SingleOrDefault(item => item.Key == "OtherFunctions")?.Value;

    [Fact]
    public async Task Its_package_is_the_program_alone_and_the_check_passes()
    {
        Assert.SkipWhen(Program is null, "This machine has no cross compiler (clang, lld, gcc for the other architecture); .ci/run installs them.");

        var (code, output) = await Tools.RunAsync("/bin/sh", [Path.Combine(Tools.Project, "Package", "check-program.sh"), Program, IsArm ? "x64" : "arm64"]);

        Assert.True(code == 0, output);
        Assert.Equal([Program], Directory.GetFiles(Path.GetDirectoryName(Program)!));
    }

    [Fact]
    public async Task It_starts_signs_its_calls_talks_TLS_and_answers()
    {
        var emulator = Tools.Find(IsArm ? "qemu-x86_64" : "qemu-aarch64");
        var libraries = IsArm ? "/usr/lib/x86_64-linux-gnu/libssl.so.3" : "/usr/lib/aarch64-linux-gnu/libssl.so.3";
        Assert.SkipWhen(Program is null || emulator is null || !File.Exists(libraries), "This machine has no cross compiler, no qemu-user or no libssl3 of the other architecture; .ci/run installs them.");
        await using var aws = await ColdStart.ListenAsync();

        // The calls of the function DescribeCluster: AssumeRole, EKS and the registry, over TLS.
        var start = await aws.MeasureAsync(new Contestant("the other architecture", emulator, [Program], FunctionSettings.All), TestContext.Current.CancellationToken);

        Assert.True(start.Milliseconds > 0);
    }
}
