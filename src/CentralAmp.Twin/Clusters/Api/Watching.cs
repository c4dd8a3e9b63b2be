using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>A watch: every change of a kind's objects from a resourceVersion on, one JSON document a line.</summary>
internal sealed class Watching(ObjectStore store)
{
    // kube-apiserver ends watches after 30 to 60 minutes (--min-request-timeout); clients that name a time get that.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    public ApiResponse Watch(ResourceKind kind, ApiRequest request)
    {
        var labels = Selectors.Labels(request.Query["labelSelector"].ToString());
        var fields = Selectors.Fields(kind, request.Query["fieldSelector"].ToString());
        bool IsWatched(JsonObject item) =>
            (request.Namespace.Length == 0 || !kind.Namespaced || item.Namespace() == request.Namespace) && labels(item) && fields(item);
        return new ApiResponse(200, "application/json", [])
        {
            Stream = (body, cancellationToken) => WriteAsync(kind, request, IsWatched, body, cancellationToken),
        };
    }

    private async Task WriteAsync(ResourceKind kind, ApiRequest request, Func<JsonObject, bool> isWatched, Stream body, CancellationToken cancellationToken)
    {
        using var changed = new SemaphoreSlim(1);
        void Wake(ResourceKind what)
        {
            if (what == kind && changed.CurrentCount == 0)
                changed.Release();
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeOf(request));
        store.Subscribe(Wake);
        try
        {
            var seen = await BeginAsync(kind, request, isWatched, body, limit.Token);
            while (true)
            {
                await changed.WaitAsync(limit.Token);
                if (await SendChangesAsync(kind, seen, isWatched, body, limit.Token) is not { } next)
                    return;
                seen = next;
            }
        }
        catch (OperationCanceledException)
        {
            // The client left, or the timeout passed: a watch ends without an error.
        }
        finally
        {
            store.Unsubscribe(Wake);
        }
    }

    // Without a resourceVersion, the watch starts with ADDED events for the existing objects.
    private async Task<long> BeginAsync(ResourceKind kind, ApiRequest request, Func<JsonObject, bool> isWatched, Stream body, CancellationToken cancellationToken)
    {
        if (long.TryParse(request.Query["resourceVersion"], NumberStyles.None, CultureInfo.InvariantCulture, out var from) && from > 0)
        {
            await body.FlushAsync(cancellationToken);
            return from;
        }

        var now = long.Parse(store.Revision, CultureInfo.InvariantCulture);
        foreach (var item in store.List(kind).Where(isWatched))
            await LineAsync(body, "ADDED", item, cancellationToken);
        await body.FlushAsync(cancellationToken);
        return now;
    }

    /// <returns>The last revision sent; null when the client must list again.</returns>
    private async Task<long?> SendChangesAsync(ResourceKind kind, long seen, Func<JsonObject, bool> isWatched, Stream body, CancellationToken cancellationToken)
    {
        if (store.Since(kind, seen) is not { } events)
        {
            await LineAsync(body, "ERROR", new StatusException(410, "Expired", $"too old resource version: {seen}").ToStatus(), cancellationToken);
            return null;
        }
        foreach (var happened in events)
        {
            seen = happened.Revision;
            if (isWatched(happened.Item))
                await LineAsync(body, happened.Type, happened.Item, cancellationToken);
            else if (happened.Type == "MODIFIED")
                await LineAsync(body, "DELETED", happened.Item, cancellationToken);
        }
        await body.FlushAsync(cancellationToken);
        return seen;
    }

    private static TimeSpan TimeOf(ApiRequest request) =>
        int.TryParse(request.Query["timeoutSeconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : Longest;

    private static async Task LineAsync(Stream body, string type, JsonObject item, CancellationToken cancellationToken)
    {
        var line = new JsonObject { ["type"] = type, ["object"] = item.DeepClone() };
        await body.WriteAsync(Encoding.UTF8.GetBytes(line.ToText() + "\n"), cancellationToken);
    }
}
