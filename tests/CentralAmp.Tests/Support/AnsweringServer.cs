using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Tests.Support;

/// <summary>An HTTP server with planned answers that keeps all requests. Without a planned answer, it answers 501.</summary>
public sealed class AnsweringServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private AnsweringServer(WebApplication app) => this.app = app;

    public (HttpStatusCode Status, string Type, string Body)? Always { get; set; }

    /// <summary>Answers in turn, before <see cref="Always"/>.</summary>
    public ConcurrentQueue<(HttpStatusCode Status, string Type, string Body)> Next { get; } = new();

    public ConcurrentQueue<(string Method, string Path, Dictionary<string, string> Headers, byte[] Body)> Requests { get; } = new();

    public string Address => app.Urls.Single();

    public static async Task<AnsweringServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new AnsweringServer(builder.Build());
        server.app.Run(server.AnswerAsync);
        await server.app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue((
            context.Request.Method,
            context.Request.Path.Value!,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray()));
        var (status, type, text) = Next.TryDequeue(out var next) ? next : Always ?? (HttpStatusCode.NotImplemented, "text/plain", "not planned");
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text);
    }
}
