using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>The managed program: the package of a machine without a C compiler and without Docker. All other worlds run the native program.</summary>
public sealed partial class ManagedProgramTests(SharedTwin twin)
{
    /// <summary>Functions of paths that need another cluster or another hub: a re-route, a failed delivery, a switch of the authentication mode.</summary>
    private static readonly string[] OfOtherPaths = ["RemoveOldGrant", "SwitchAuthenticationMode"];

    [Fact]
    public void The_other_worlds_run_the_native_program_where_it_can_be_compiled()
    {
        var kind = typeof(ManagedProgramTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "PackageKind").Value;
        Assert.SkipUnless(kind == "native", "This machine cannot compile the native program, so all worlds run the managed one.");

        Assert.Equal(FunctionsProgram.Native, new WorldOptions().FunctionsProgram);
        Assert.True(twin.World.Aws.Lambda.Program == FunctionsProgram.Native, "the shared twin runs another program");
    }

    [Fact]
    public Task The_managed_program_onboards_sweeps_refuses_and_offboards() => WorldSlots.RunAsync(90, async () =>
    {
        var handlers = new ConcurrentDictionary<string, int>();
        using var calls = new CallRecorder();
        await using var world = await TwinWorld.StartAsync(
            new WorldOptions { FunctionsProgram = FunctionsProgram.Managed }, calls, _ => { }, TestContext.Current.CancellationToken);
        world.Aws.Lambda.Faults = (handler, _, _) =>
            handlers.AddOrUpdate(handler, 1, (_, count) => count + 1) == 1 && handler == "ProveIngest" ? LambdaFault.DiesBeforeAnswer : LambdaFault.None;
        var workflows = new Workflows(world);

        var arn = await workflows.SettledClusterAsync("managed", new ClusterBehaviour());
        Assert.Equal("Verified", (string?)(await workflows.OnboardAsync(arn)).Record?["outcome"]);
        await BreakCatalogue.Find("trust-subject")!.Tampering!.PlantAsync(world, "refused", TestContext.Current.CancellationToken);
        var refused = await workflows.OnboardAsync(await workflows.SettledClusterAsync("refused", new ClusterBehaviour()));
        Assert.Equal(("Blocked", "TrustSubjectMismatch"), ((string?)refused.Record?["outcome"], (string?)refused.Record?["cause"]));
        Assert.Equal("SUCCEEDED", (await workflows.WatchAsync(await world.Aws.StartExecutionAsync(Machine.Sweep, "{}", CancellationToken.None))).Status);
        Assert.Equal("Offboarded", (string?)(await workflows.OffboardAsync(arn)).Record?["outcome"]);

        var template = await File.ReadAllTextAsync(Path.Combine(new AwsTwinOptions { RunFolder = "" }.RepositoryRoot, "template.yaml"), CancellationToken.None);
        var functions = HandlerName().Matches(template).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(functions);
        Assert.Empty(functions.Except(OfOtherPaths).Except(handlers.Keys));
    });

    [GeneratedRegex(@"\{ANNOTATIONS_HANDLER: (\w+)\}")]
    private static partial Regex HandlerName();
}
