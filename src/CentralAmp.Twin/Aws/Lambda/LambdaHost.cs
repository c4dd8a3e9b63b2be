using System.Collections.Concurrent;
using System.Text;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Gateway;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Processes;

namespace CentralAmp.Twin.Aws.Lambda;

/// <summary>Options that all functions share.</summary>
/// <param name="Program">The program of all functions. A variable in its environment selects the function.</param>
/// <param name="Endpoint">Address of the gateway.</param>
public sealed record LambdaHostOptions(string Program, Uri Endpoint, DataPlaneAccess DataPlane, string Folder);

/// <summary>
/// Lambda: functions as processes behind the Runtime API, each with the credentials of its own role. A process serves one
/// invocation at a time and is kept warm. Each concurrent invocation has its own process, up to a small limit. Lambda would start
/// more processes; here further invocations wait, because one machine cannot start a dozen processes at once.
/// </summary>
/// <param name="find">Reads the configuration of a function by account, region and name; null if it does not exist.</param>
/// <param name="assumeRole">Issues credentials of a function's role, by its ARN. It refuses roles that do not trust Lambda.</param>
public sealed class LambdaHost(
    LambdaHostOptions options, IAwsService controlPlane,
    Func<string, string, string, CancellationToken, Task<LambdaFunction?>> find,
    Func<string, string, AccessKey> assumeRole, TimeProvider time) : IAwsService, IAsyncDisposable
{
    private const int RequestLimit = 6 * 1024 * 1024;
    private const int ProcessesPerFunction = 4;

    private readonly ConcurrentDictionary<string, LambdaFunction> functions = new();
    private readonly ConcurrentDictionary<string, ConcurrentStack<LambdaProcess>> idle = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> slots = new();
    private readonly ConcurrentDictionary<string, int> counts = new();
    private readonly ConcurrentDictionary<LambdaProcess, byte> all = new();
    private int processes;

    /// <summary>The program of all functions.</summary>
    public string Program => options.Program;

    /// <summary>Injects faults; set by tests.</summary>
    public LambdaFaultInjection? Faults { get; set; }

    public async Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        if (request.Call.Operation != "Invoke")
            return await controlPlane.HandleAsync(request, cancellationToken);

        var function = await FindAsync(request.Call, cancellationToken);
        var payload = request.Http.Body.IsEmpty ? "{}"u8.ToArray() : request.Http.Body.ToArray();
        if (payload.Length > RequestLimit)
            throw new AwsException(413, "RequestTooLargeException", $"Request must be smaller than {RequestLimit} bytes for the InvokeFunction operation");

        switch (request.Http.Header("X-Amz-Invocation-Type") ?? "RequestResponse")
        {
            case "DryRun":
                return GatewayResponse.Empty(204);
            case "Event":
                _ = InvokeAsync(function, payload, CancellationToken.None);
                return GatewayResponse.Empty(202);
            default:
                return Answer(await InvokeAsync(function, payload, cancellationToken));
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(all.Keys.Select(process => process.DisposeAsync().AsTask()));

    private async Task<LambdaResult> InvokeAsync(LambdaFunction function, byte[] payload, CancellationToken cancellationToken)
    {
        var handler = function.Variables.GetValueOrDefault("ANNOTATIONS_HANDLER") ?? function.Name;
        var fault = Faults?.Invoke(handler, counts.AddOrUpdate(function.Arn, 1, (_, count) => count + 1), Encoding.UTF8.GetString(payload)) ?? LambdaFault.None;
        var turn = slots.GetOrAdd(function.Arn, _ => new SemaphoreSlim(ProcessesPerFunction));
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await InvokeAsync(function, await WarmAsync(function) ?? await StartAsync(function, cancellationToken), payload, fault);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<LambdaProcess?> WarmAsync(LambdaFunction function)
    {
        while (Idle(function).TryPop(out var warm))
        {
            if (warm.IsAlive)
                return warm;
            await EndAsync(warm);
        }

        return null;
    }

    private async Task<LambdaResult> InvokeAsync(LambdaFunction function, LambdaProcess process, byte[] payload, LambdaFault fault)
    {
        var result = await process.InvokeAsync(payload, fault);
        if (process.IsAlive)
            Idle(function).Push(process);
        else
            await EndAsync(process);
        return result;
    }

    private async Task<LambdaProcess> StartAsync(LambdaFunction function, CancellationToken cancellationToken)
    {
        var key = assumeRole(function.RoleArn, function.Arn);
        var number = Interlocked.Increment(ref processes);
        var process = await LambdaProcess.StartAsync(function, runtimeApi => ChildProcess.Start(
            new ChildProcessStart(options.Program, [], Path.Combine(options.Folder, $"{function.Name}.{number}.log"))
            {
                CleanEnvironment = true,
                WorkingDirectory = Path.GetDirectoryName(options.Program),
                Environment = LambdaEnvironment.Of(function, key, runtimeApi, options),
            }), time, cancellationToken);
        all[process] = 0;
        return process;
    }

    private async Task EndAsync(LambdaProcess process)
    {
        all.TryRemove(process, out _);
        await process.DisposeAsync();
    }

    private ConcurrentStack<LambdaProcess> Idle(LambdaFunction function) => idle.GetOrAdd(function.Arn, _ => new());

    private async Task<LambdaFunction> FindAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var name = call.Required("functionName");
        var (account, region) = Arn.TryParse(name) is { } arn ? (arn.AccountId, arn.Region) : (call.AccountId, call.Region);
        var id = $"arn:aws:lambda:{region}:{account}:function:{name.Split(':')[^1]}";
        if (functions.TryGetValue(id, out var known))
            return known;

        var function = await find(account, region, name.Split(':')[^1], cancellationToken)
            ?? throw new AwsException(404, "ResourceNotFoundException", $"Function not found: {id}");
        return functions[id] = function;
    }

    private static GatewayResponse Answer(LambdaResult result)
    {
        var headers = new Dictionary<string, string> { ["X-Amz-Executed-Version"] = "$LATEST", ["x-amzn-RequestId"] = Guid.NewGuid().ToString() };
        if (result.IsError)
            headers["X-Amz-Function-Error"] = "Unhandled";
        return new GatewayResponse(200, "application/json", result.Payload) { Headers = headers };
    }
}
