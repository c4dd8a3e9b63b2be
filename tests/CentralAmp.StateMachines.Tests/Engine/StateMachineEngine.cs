using System.Text.Json;
using CentralAmp.StateMachines.Tests.Engine;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Moto;

[assembly: AssemblyFixture(typeof(StateMachineEngine))]
// An execution mostly waits, so many run in parallel. All at once would slow moto down until its calls of functions time out and are repeated.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 24)]

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>The deployed state machines on moto's engine; all tests share it.</summary>
public sealed class StateMachineEngine : IAsyncLifetime
{
    public const string Account = "111111111111";

    private readonly string folder = Directory.CreateTempSubdirectory("central-amp-states-").FullName;
    private ScriptedGateway? gateway;
    private MotoServer? moto;

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        gateway = await ScriptedGateway.StartAsync(limit.Token);
        var python = await Python.ProvideAsync(PrivateFolder.Default, folder, TestContext.Current.SendDiagnosticMessage, limit.Token);
        moto = await MotoServer.StartAsync(python, folder, gateway.Address, ScriptedGateway.Secret, limit.Token);
        foreach (var (machine, pace) in StateMachineDefinition.All.SelectMany(machine => Enum.GetValues<Pace>().Select(pace => (machine, pace))))
        {
            await CallAsync(
                "CreateStateMachine",
                new { name = NameOf(machine, pace), definition = machine.For(pace), roleArn = $"arn:aws:iam::{Account}:role/states" },
                limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (moto is not null)
        {
            await moto.DisposeAsync();
        }

        if (gateway is not null)
        {
            await gateway.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Runs one execution to its end. Fails if anything happened that the script did not plan.</summary>
    /// <param name="input">JSON; by default it names the cluster of <see cref="Onboardings"/>.</param>
    /// <param name="machine">By default onboard-cluster.</param>
    internal async Task<Run> RunAsync(Script script, string? input = null, Pace pace = Pace.Patient, StateMachineDefinition? machine = null)
    {
        var machineName = NameOf(machine ?? StateMachineDefinition.Onboarding, pace);
        var cancellationToken = TestContext.Current.CancellationToken;
        var name = Guid.NewGuid().ToString();
        var execution = $"arn:aws:states:us-east-1:{Account}:execution:{machineName}:{name}";
        var performance = gateway!.Perform(execution, script);
        await CallAsync(
            "StartExecution",
            new { stateMachineArn = $"arn:aws:states:us-east-1:{Account}:stateMachine:{machineName}", name, input = input ?? Onboardings.Input },
            cancellationToken);
        var described = await EndAsync(execution, performance, cancellationToken);
        var run = new Run(described, await HistoryAsync(execution, cancellationToken), performance.Calls);

        Assert.True(performance.Unplanned.Count == 0, $"Not planned: {string.Join("; ", performance.Unplanned)}.\n{run}");
        Assert.Empty(gateway.Strays);
        return run;
    }

    /// <summary>moto answers 500 if one of its threads still appends to the history that another one prints.</summary>
    private async Task<JsonElement> HistoryAsync(string execution, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CallAsync("GetExecutionHistory", new { executionArn = execution }, cancellationToken);
            }
            catch (AwsException e) when (e.Status == 500 && attempt < 5)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    private async Task<JsonElement> EndAsync(string execution, Performance performance, CancellationToken cancellationToken)
    {
        while (true)
        {
            var described = await CallAsync("DescribeExecution", new { executionArn = execution }, cancellationToken);
            if (described.GetProperty("status").GetString() != "RUNNING")
            {
                return described;
            }

            // Few executions end without the event; frequent polling would slow the engine down.
            await (performance.Published.IsCompleted
                ? Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken)
                : Task.WhenAny(performance.Published, Task.Delay(TimeSpan.FromSeconds(1), cancellationToken)));
        }
    }

    private Task<JsonElement> CallAsync(string action, object body, CancellationToken cancellationToken) =>
        moto!.CallAsync("states", $"AWSStepFunctions.{action}", Account, body, cancellationToken);

    private static string NameOf(StateMachineDefinition machine, Pace pace) => $"{machine.Name}-{pace}";
}
