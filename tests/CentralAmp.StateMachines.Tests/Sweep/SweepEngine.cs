using System.Collections.Concurrent;
using System.Text.Json;
using CentralAmp.StateMachines.Tests.Engine;
using CentralAmp.StateMachines.Tests.Sweep;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws.Moto;
using Microsoft.AspNetCore.Http;

[assembly: AssemblyFixture(typeof(SweepEngine))]

namespace CentralAmp.StateMachines.Tests.Sweep;

/// <summary>The deployed sweep on moto's engine; each execution has a separate world.</summary>
public sealed class SweepEngine : IAsyncLifetime
{
    private const string Account = "111111111111";
    private const string Secret = "of the sweep's tests";
    private const string Machine = $"arn:aws:states:us-east-1:{Account}:stateMachine:sweep-fleet";

    private readonly string folder = Directory.CreateTempSubdirectory("central-amp-sweep-").FullName;
    private readonly ConcurrentDictionary<string, SweepWorld> worlds = new();
    private LoopbackServer? gateway;
    private MotoServer? moto;

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        gateway = await LoopbackServer.StartAsync(AnswerAsync, limit.Token);
        var python = await Python.ProvideAsync(PrivateFolder.Default, folder, TestContext.Current.SendDiagnosticMessage, limit.Token);
        moto = await MotoServer.StartAsync(python, folder, gateway.Addresses.Single(), Secret, limit.Token);
        await CallAsync("CreateStateMachine", new { name = "sweep-fleet", definition = SweepDefinition.Text, roleArn = $"arn:aws:iam::{Account}:role/states" }, limit.Token);
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

    /// <summary>Runs one sweep to its end.</summary>
    internal async Task<Run> RunAsync(SweepWorld world, string input = "{}")
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var name = Guid.NewGuid().ToString();
        var execution = $"arn:aws:states:us-east-1:{Account}:execution:sweep-fleet:{name}";
        worlds[execution] = world;
        await CallAsync("StartExecution", new { stateMachineArn = Machine, name, input }, cancellationToken);
        JsonElement described;
        do
        {
            await Task.Delay(200, cancellationToken);
            described = await CallAsync("DescribeExecution", new { executionArn = execution }, cancellationToken);
        }
        while (described.GetProperty("status").GetString() == "RUNNING");

        Assert.Empty(world.Complaints);
        return new Run(described, await CallAsync("GetExecutionHistory", new { executionArn = execution }, cancellationToken), []);
    }

    private Task<JsonElement> CallAsync(string action, object body, CancellationToken cancellationToken) =>
        moto!.CallAsync("states", $"AWSStepFunctions.{action}", Account, body, cancellationToken);

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var request = body.RootElement.Clone();
        await ((context.Request.Path.Value, context.Request.Headers["X-Amz-Target"].ToString()) switch
        {
            ("/_twin/service-credentials", _) when context.Request.Headers["x-twin-secret"] == Secret => Responses.CredentialsAsync(context),
            ({ } path, _) when path.EndsWith("/invocations", StringComparison.Ordinal) => InvokeAsync(context, path, request),
            ("/", "AWSStepFunctions.StartExecution") => StartAsync(context, request),
            ("/", "AWSEvents.PutEvents") => Responses.JsonAsync(context, new { FailedEntryCount = 0, Entries = new[] { new { EventId = Guid.NewGuid() } } }),
            _ => Responses.RefuseAsync(context, 400, "UnplannedCall"),
        });
    }

    private async Task InvokeAsync(HttpContext context, string path, JsonElement request)
    {
        var function = Uri.UnescapeDataString(path.Split('/')[^2]).Split(':')[^1];
        var world = worlds[request.GetProperty("execution").GetProperty("id").GetString()!];
        await Responses.OfFunctionAsync(context, request, await world.AnswerAsync(function, request), TimeSpan.FromSeconds(1));
    }

    /// <summary>The name of the execution begins with the sweep id, which identifies the world.</summary>
    private Task StartAsync(HttpContext context, JsonElement request)
    {
        var name = request.GetProperty("name").GetString()!;
        var world = worlds.Values.Single(world => name.StartsWith(world.SweepId, StringComparison.Ordinal));
        return world.Start(name, request) is { } refusal
            ? Responses.RefuseAsync(context, 400, refusal)
            : Responses.JsonAsync(context, new { executionArn = $"arn:aws:states:us-east-1:{Account}:execution:workflow:{name}", startDate = 1767323045 });
    }
}
