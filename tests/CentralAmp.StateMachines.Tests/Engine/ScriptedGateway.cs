using System.Collections.Concurrent;
using System.Text.Json;
using CentralAmp.Twin;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>Answers all calls of the engine from the script of the execution that makes the call.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    public const string Secret = "of the tests";

    private static readonly TimeSpan SilenceLasts = TimeSpan.FromSeconds(12);

    private readonly ConcurrentDictionary<string, Performance> performances = new();
    private readonly ConcurrentQueue<string> strays = new();
    private LoopbackServer? server;

    public Uri Address => server!.Addresses.Single();

    /// <summary>Calls that belong to no execution of a test.</summary>
    public IReadOnlyCollection<string> Strays => strays;

    public static async Task<ScriptedGateway> StartAsync(CancellationToken cancellationToken)
    {
        var gateway = new ScriptedGateway();
        gateway.server = await LoopbackServer.StartAsync(gateway.AnswerAsync, cancellationToken);
        return gateway;
    }

    /// <param name="execution">The execution's ARN.</param>
    public Performance Perform(string execution, Script script) => performances[execution] = new Performance(script);

    public async ValueTask DisposeAsync() => await server!.DisposeAsync();

    private Task AnswerAsync(HttpContext context) => (context.Request.Path.Value, context.Request.Headers["X-Amz-Target"].ToString()) switch
    {
        ("/_twin/service-credentials", _) when context.Request.Headers["x-twin-secret"] == Secret => Responses.CredentialsAsync(context),
        ({ } path, _) when path.EndsWith("/invocations", StringComparison.Ordinal) => InvokeAsync(context, path),
        ("/", "AWSEvents.PutEvents") => PutEventsAsync(context),
        ("/", "AWSStepFunctions.StartExecution") => StartExecutionAsync(context),
        var (path, target) => StrayAsync(context, $"{context.Request.Method} {path} {target}"),
    };

    private async Task InvokeAsync(HttpContext context, string path)
    {
        var request = await ReadAsync(context);
        var state = Uri.UnescapeDataString(path.Split('/')[^2]).Split(':')[^1];
        if (request.TryGetProperty("execution", out var execution) && performances.TryGetValue(execution.GetProperty("id").GetString()!, out var performance))
        {
            await Responses.OfFunctionAsync(context, Read(performance, state, request), performance.Next(state, request), SilenceLasts);
        }
        else
        {
            await StrayAsync(context, $"{state} with {request}");
        }
    }

    private async Task PutEventsAsync(HttpContext context)
    {
        var entry = (await ReadAsync(context)).GetProperty("Entries").EnumerateArray().Single();
        // Step Functions adds the ARNs of the state machine and of the execution.
        var execution = entry.GetProperty("Resources").EnumerateArray().Last().GetString()!;
        if (performances.TryGetValue(execution, out var performance))
        {
            await Responses.OfEventBridgeAsync(context, performance.Next(StateNames.PublishOutcome, entry));
        }
        else
        {
            await StrayAsync(context, $"PutEvents with {entry}");
        }
    }

    private async Task StartExecutionAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        using var input = JsonDocument.Parse(request.GetProperty("input").GetString()!);
        if (performances.TryGetValue(input.RootElement.GetProperty("AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID").GetString()!, out var performance))
        {
            await Responses.OfStepFunctionsAsync(context, performance.Next(StateNames.StartOffboarding, input.RootElement));
        }
        else
        {
            await StrayAsync(context, $"StartExecution with {request}");
        }
    }

    /// <summary>The state machine's payload must be the request of the step of that name, whatever the script answers.</summary>
    private static object? Read(Performance performance, string state, JsonElement request)
    {
        try
        {
            return FunctionJson.Read(state, request);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            performance.Complain($"{state} cannot read its request: {e.Message}");
            return null;
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpContext context)
    {
        using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        return document.RootElement.Clone();
    }

    private Task StrayAsync(HttpContext context, string call)
    {
        strays.Enqueue(call);
        return Responses.RefuseAsync(context, 400, "UnplannedCall");
    }
}
