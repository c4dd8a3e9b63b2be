using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AwsPackages.Tests.Lambda;

/// <summary>What a function posted: to <paramref name="Kind"/> "response", "error" or "init/error".</summary>
internal sealed record Posted(string Kind, string Body, string? ErrorType, string? ContentType);

/// <summary>An in-process Lambda Runtime API on a free loopback port.</summary>
internal sealed class RuntimeApi : IAsyncDisposable
{
    private readonly Channel<(string Id, byte[] Payload, long Deadline)> invocations = Channel.CreateUnbounded<(string, byte[], long)>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Posted>> posted = new();
    private readonly ConcurrentDictionary<string, bool> taken = new();
    private readonly WebApplication app;

    private RuntimeApi(WebApplication app) => this.app = app;

    /// <summary>host:port, as in AWS_LAMBDA_RUNTIME_API.</summary>
    public string Address => new Uri(app.Urls.Single()).Authority;

    /// <summary>Whether a function has ever asked for an invocation.</summary>
    public bool Polled { get; private set; }

    /// <summary>The status of the answer to posts; Lambda says 202.</summary>
    public int PostStatus { get; set; } = StatusCodes.Status202Accepted;

    public static async Task<RuntimeApi> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var api = new RuntimeApi(app);
        app.MapGet("/2018-06-01/runtime/invocation/next", api.NextAsync);
        app.MapPost("/2018-06-01/runtime/invocation/{id}/{kind}", (HttpRequest request, string id, string kind) => api.ReceiveAsync(request, id, kind));
        app.MapPost("/2018-06-01/runtime/init/error", (HttpRequest request) => api.ReceiveAsync(request, "init", "init/error"));
        await app.StartAsync();
        return api;
    }

    /// <summary>Hands the payload to the next function that asks; the answer is what the function posts.</summary>
    public async Task<Posted> InvokeAsync(string id, string payload, TimeSpan? time = null)
    {
        await OfferAsync(id, payload, time ?? TimeSpan.FromMinutes(10));
        return await AnswerAsync(id);
    }

    public ValueTask OfferAsync(string id, string payload, TimeSpan time) =>
        invocations.Writer.WriteAsync((id, Encoding.UTF8.GetBytes(payload), TimeProvider.System.GetUtcNow().Add(time).ToUnixTimeMilliseconds()));

    public Task<Posted> AnswerAsync(string id) => Slot(id).Task.WaitAsync(TimeSpan.FromMinutes(2));

    /// <summary>Whether the invocation has been handed to a function.</summary>
    public bool IsTaken(string id) => taken.ContainsKey(id);

    public async ValueTask DisposeAsync()
    {
        invocations.Writer.TryComplete();
        await app.DisposeAsync();
    }

    private TaskCompletionSource<Posted> Slot(string id) => posted.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task NextAsync(HttpContext context)
    {
        Polled = true;
        var (id, payload, deadline) = await invocations.Reader.ReadAsync(context.RequestAborted);
        var headers = context.Response.Headers;
        headers["Lambda-Runtime-Aws-Request-Id"] = id;
        headers["Lambda-Runtime-Deadline-Ms"] = deadline.ToString(CultureInfo.InvariantCulture);
        headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-1:111111111111:function:sample";
        headers["Lambda-Runtime-Trace-Id"] = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700";
        await context.Response.Body.WriteAsync(payload);
        taken.TryAdd(id, true);
    }

    private async Task<IResult> ReceiveAsync(HttpRequest request, string id, string kind)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        Slot(id).TrySetResult(new(kind, await reader.ReadToEndAsync(), request.Headers["Lambda-Runtime-Function-Error-Type"], request.ContentType));
        return Results.StatusCode(PostStatus);
    }
}
