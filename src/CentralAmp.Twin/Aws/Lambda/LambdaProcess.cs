using System.Globalization;
using System.Threading.Channels;
using CentralAmp.Twin.Aws.Gateway;
using CentralAmp.Twin.Processes;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Twin.Aws.Lambda;

/// <summary>One execution environment: a process of the function and the Runtime API it talks to, one invocation at a time.</summary>
internal sealed class LambdaProcess : IAsyncDisposable
{
    private const string Api = "/2018-06-01/runtime/";
    private const int PayloadLimit = 6 * 1024 * 1024;

    // Lambda's limit for the init phase is ten seconds. Two cores that start a dozen processes at once need more.
    private static readonly TimeSpan InitLimit = TimeSpan.FromSeconds(60);

    private readonly Channel<Invocation> invocations = Channel.CreateUnbounded<Invocation>();
    private readonly LambdaFunction function;
    private readonly TimeProvider time;
    private LoopbackServer? runtimeApi;
    private ChildProcess? child;
    private Invocation? current;
    private LambdaResult? initError;

    private LambdaProcess(LambdaFunction function, TimeProvider time) => (this.function, this.time) = (function, time);

    public bool IsAlive => child is { HasExited: false };

    /// <param name="start">Starts the program; its argument is the address of the Runtime API (host and port).</param>
    public static async Task<LambdaProcess> StartAsync(
        LambdaFunction function, Func<string, ChildProcess> start, TimeProvider time, CancellationToken cancellationToken)
    {
        var process = new LambdaProcess(function, time);
        process.runtimeApi = await LoopbackServer.StartAsync(process.ServeAsync, cancellationToken);
        process.child = start(process.runtimeApi.Addresses[0].Authority);
        return process;
    }

    public async Task<LambdaResult> InvokeAsync(byte[] payload, LambdaFault fault)
    {
        var invocation = new Invocation(Guid.NewGuid().ToString(), payload, fault);
        current = invocation;
        await invocations.Writer.WriteAsync(invocation);

        if (await Task.WhenAny(invocation.Taken.Task, invocation.Answered.Task, child!.Exited, Task.Delay(InitLimit, time)) is { } first && first != invocation.Taken.Task)
            return invocation.Answered.Task.IsCompleted ? await invocation.Answered.Task : await EndAsync(invocation, InitLimit);

        await Task.WhenAny(invocation.Answered.Task, child.Exited, Task.Delay(function.Timeout, time));
        return invocation.Answered.Task.IsCompleted ? await invocation.Answered.Task : await EndAsync(invocation, function.Timeout);
    }

    public async ValueTask DisposeAsync()
    {
        if (child is not null)
            await child.DisposeAsync();
        if (runtimeApi is not null)
            await runtimeApi.DisposeAsync();
    }

    // The process exited or exceeded its time. Returns Lambda's error for either case; the process cannot be used again.
    private async Task<LambdaResult> EndAsync(Invocation invocation, TimeSpan limit)
    {
        if (initError is not null)
            return initError;

        if (!child!.HasExited)
        {
            child.Kill();
            await child.Exited;
            return LambdaResult.Error("Sandbox.Timedout", string.Create(CultureInfo.InvariantCulture, $"RequestId: {invocation.Id} Error: Task timed out after {limit.TotalSeconds:F2} seconds"));
        }

        var code = await child.Exited;
        var how = code == 137 ? "signal: killed" : $"exit status {code}";
        return LambdaResult.Error("Runtime.ExitError", $"RequestId: {invocation.Id} Error: Runtime exited with error: {how}");
    }

    private Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path == Api + "invocation/next")
            return NextAsync(context);
        if (path == Api + "init/error")
            return InitErrorAsync(context);
        return path.Split('/') switch
        {
            [_, _, _, "invocation", var id, "response"] => AnswerAsync(context, id, isError: false),
            [_, _, _, "invocation", var id, "error"] => AnswerAsync(context, id, isError: true),
            _ => RefuseAsync(context, StatusCodes.Status404NotFound),
        };
    }

    private async Task NextAsync(HttpContext context)
    {
        var invocation = await invocations.Reader.ReadAsync(context.RequestAborted);
        invocation.Taken.TrySetResult();
        if (invocation.Fault == LambdaFault.DiesBeforeWork)
        {
            child!.Kill();
            return;
        }

        var headers = context.Response.Headers;
        headers["Lambda-Runtime-Aws-Request-Id"] = invocation.Id;
        headers["Lambda-Runtime-Deadline-Ms"] = (time.GetUtcNow() + function.Timeout).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        headers["Lambda-Runtime-Invoked-Function-Arn"] = function.Arn;
        headers["Lambda-Runtime-Trace-Id"] = "Root=1-00000000-000000000000000000000000;Sampled=0";
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = invocation.Payload.Length;
        await context.Response.Body.WriteAsync(invocation.Payload, context.RequestAborted);
    }

    private async Task AnswerAsync(HttpContext context, string id, bool isError)
    {
        var payload = await ReadAsync(context);
        if (current is not { } invocation || invocation.Id != id)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest);
            return;
        }

        if (invocation.Fault == LambdaFault.DiesBeforeAnswer)
        {
            child!.Kill();
            return;
        }

        if (payload.Length > PayloadLimit)
        {
            invocation.Answered.TrySetResult(LambdaResult.Error("Function.ResponseSizeTooLarge", $"Response payload size exceeded maximum allowed payload size ({PayloadLimit} bytes)."));
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge);
            return;
        }

        await RefuseAsync(context, StatusCodes.Status202Accepted);
        invocation.Answered.TrySetResult(new LambdaResult(payload, isError));
    }

    private async Task InitErrorAsync(HttpContext context)
    {
        initError = new LambdaResult(await ReadAsync(context), IsError: true);
        await RefuseAsync(context, StatusCodes.Status202Accepted);
        current?.Answered.TrySetResult(initError);
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.ToArray();
    }

    private static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return context.Response.CompleteAsync();
    }

    private sealed record Invocation(string Id, byte[] Payload, LambdaFault Fault)
    {
        public TaskCompletionSource Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<LambdaResult> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
