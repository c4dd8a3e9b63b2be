using System.Reflection;
using System.Text.RegularExpressions;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Lambda;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>The managed program: the package of a machine without a C compiler and without Docker. All worlds but one run the native program.</summary>
public sealed partial class ManagedProgramTests(SharedTwin twin, ManagedWorld managed)
{
    /// <summary>Functions of paths that need another hub: a re-route, and a switch of the authentication mode. The native program runs them in other tests.</summary>
    private static readonly string[] OfOtherPaths = ["RemoveOldGrant", "SwitchAuthenticationMode"];

    [Fact]
    public void The_other_worlds_run_the_native_program_where_it_can_be_compiled()
    {
        var kind = typeof(ManagedProgramTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "PackageKind").Value;
        Assert.SkipUnless(kind == "native", "This machine cannot compile the native program, so all worlds run the managed one.");

        Assert.Equal(FunctionsProgram.Native, twin.World.Aws.Lambda.Program);
    }

    /// <summary>NotReady: a new grant has to propagate. Transient: a Lambda dies. Blocked: <see cref="WholeAccountBreakTests"/>.</summary>
    [Fact]
    public async Task The_managed_program_onboards_sweeps_and_offboards_and_runs_every_function()
    {
        var run = await managed.RunAsync();

        Assert.Equal(FunctionsProgram.Managed, run.Program);
        Assert.Equal("Verified", (string?)run.Onboarding.Record?["outcome"]);
        Assert.Contains(run.Onboarding.States, state => state is { Name: "ProveIngest", Retries: > 0 });
        Assert.Equal("SUCCEEDED", run.Sweep.Status);
        Assert.Equal("Offboarded", (string?)run.Offboarding.Record?["outcome"]);

        var template = await File.ReadAllTextAsync(Path.Combine(new AwsTwinOptions { RunFolder = "" }.RepositoryRoot, "template.yaml"), TestContext.Current.CancellationToken);
        var functions = HandlerName().Matches(template).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(functions);
        Assert.Empty(functions.Except(OfOtherPaths).Except(run.Invoked));
    }

    [GeneratedRegex(@"\{ANNOTATIONS_HANDLER: (\w+)\}")]
    private static partial Regex HandlerName();
}
