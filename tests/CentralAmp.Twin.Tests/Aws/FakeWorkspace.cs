using System.Collections.Concurrent;
using CentralAmp.Twin.Aws.Amp;
using CentralAmp.Twin.Aws.Gateway;
using Microsoft.AspNetCore.Http;
using Snappier;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>Stands where the workspace's Prometheus stands.</summary>
internal sealed class FakeWorkspace : IAsyncDisposable
{
    private LoopbackServer? server;

    public ConcurrentQueue<WriteSeries> Received { get; } = new();

    public Uri Address => server!.Addresses[0];

    public async Task StartAsync() => server = await LoopbackServer.StartAsync(AnswerAsync, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/api/v1/write")
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            foreach (var series in WriteRequest.Parse(Snappy.DecompressToArray(body.ToArray())).Series)
                Received.Enqueue(series);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync($$$"""{"status":"success","data":{"path":"{{{context.Request.Path}}}","query":"{{{context.Request.Query["query"]}}}"}}""", context.RequestAborted);
    }
}
