using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Tests.Support;

/// <summary>
/// A Kubernetes API over TLS with objects in memory: by path, lists in pages, server-side apply with uid and resourceVersion,
/// proxied pods. A missing object is 404; an unsupported verb is 501, which no test expects.
/// </summary>
public sealed class FakeKubernetes : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<(string Method, string Path), Queue<Func<HttpContext, Task>>> planned = new();
    private int version = 100;

    private FakeKubernetes(WebApplication app) => this.app = app;

    /// <summary>Objects by path, as in <c>KubernetesPath</c>.</summary>
    public ConcurrentDictionary<string, JsonObject> Objects { get; } = new();

    /// <summary>Answers of pods by the path of the proxy.</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Proxied { get; } = new();

    /// <summary>Every request: method, path with query, authorization, body.</summary>
    public ConcurrentQueue<(string Method, string PathAndQuery, string Authorization, string? ContentType, string Body)> Requests { get; } = new();

    /// <summary>The media types that the last request accepts.</summary>
    public string Accepted { get; private set; } = "";

    public IEnumerable<string> Writes => Requests.Where(request => request.Method != "GET").Select(request => $"{request.Method} {request.PathAndQuery}");

    public string Endpoint => app.Urls.Single();

    public ClusterDescription Described => Some.Described(Endpoint, TestAuthority.Shared.Base64Pem);

    public static async Task<FakeKubernetes> StartAsync(TestAuthority? authority = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.UseHttps((authority ?? TestAuthority.Shared).Issue(IPAddress.Loopback))));
        var fake = new FakeKubernetes(builder.Build());
        fake.app.Run(fake.HandleAsync);
        await fake.app.StartAsync();
        return fake;
    }

    /// <summary>The next call of this method and path gets this answer instead of the stored object.</summary>
    public void AnswerOnce(string method, string path, int status, string reason = "", string message = "", string causes = "[]", string? retryAfter = null) =>
        Plan(method, path, async context =>
        {
            context.Response.StatusCode = status;
            if (retryAfter is not null)
            {
                context.Response.Headers.RetryAfter = retryAfter;
            }

            await context.Response.WriteAsync(
                $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","details":{"causes":{{causes}}},"code":{{status}}}""");
        });

    /// <summary>The next call gets no answer: the connection closes.</summary>
    public void CloseOnce(string method, string path) => Plan(method, path, context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>The next call is answered with this text.</summary>
    public void TextOnce(string method, string path, int status, string body) => Plan(method, path, context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    });

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private void Plan(string method, string path, Func<HttpContext, Task> answer) =>
        planned.GetOrAdd((method, path), _ => new()).Enqueue(answer);

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        var path = request.Path.Value!;
        Accepted = request.Headers.Accept.ToString();
        Requests.Enqueue((request.Method, path + request.QueryString, request.Headers.Authorization.ToString(), request.ContentType, body));
        if (planned.TryGetValue((request.Method, path), out var queue) && queue.TryDequeue(out var answer))
        {
            await answer(context);
            return;
        }

        switch (request.Method)
        {
            case "GET" when Proxied.TryGetValue(path, out var pod):
                context.Response.StatusCode = pod.Status;
                await context.Response.WriteAsync(pod.Body);
                break;
            case "GET" when Objects.TryGetValue(path, out var found):
                await context.Response.WriteAsync(found.ToJsonString());
                break;
            case "GET" when Children(path) is { Length: > 0 } children:
                await context.Response.WriteAsync(Page(children, request).ToJsonString());
                break;
            case "PATCH" when request.ContentType == "application/apply-patch+yaml":
                await ApplyAsync(context, path, JsonNode.Parse(body)!.AsObject());
                break;
            case "DELETE" when Objects.TryGetValue(path, out var found):
                var wanted = JsonNode.Parse(body)?["preconditions"]?["uid"]?.ToString();
                var matches = wanted is null || wanted == found["metadata"]?["uid"]?.ToString();
                context.Response.StatusCode = matches && Objects.TryRemove(path, out _) ? 200 : 409;
                await context.Response.WriteAsync($$"""{"kind":"Status","code":{{context.Response.StatusCode}},"reason":"{{(matches ? "" : "Conflict")}}"}""");
                break;
            case "POST":
                context.Response.StatusCode = 201;
                await context.Response.WriteAsync(body);
                break;
            default:
                context.Response.StatusCode = request.Method is "GET" or "DELETE" ? 404 : 501;
                await context.Response.WriteAsync($$"""{"kind":"Status","code":{{context.Response.StatusCode}},"reason":"NotFound","message":"not found"}""");
                break;
        }
    }

    private JsonObject[] Children(string path) =>
        [.. Objects.Where(item => item.Key.StartsWith(path + "/", StringComparison.Ordinal)).OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => item.Value)];

    private static JsonObject Page(JsonObject[] all, HttpRequest request)
    {
        var start = int.Parse(request.Query["continue"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        var limit = int.Parse(request.Query["limit"].FirstOrDefault() ?? "500", CultureInfo.InvariantCulture);
        var rest = start + limit < all.Length ? (start + limit).ToString(CultureInfo.InvariantCulture) : "";
        return new JsonObject
        {
            ["kind"] = "List",
            ["metadata"] = new JsonObject { ["continue"] = rest },
            ["items"] = new JsonArray([.. all.Skip(start).Take(limit).Select(item => item.DeepClone())]),
        };
    }

    private async Task ApplyAsync(HttpContext context, string path, JsonObject desired)
    {
        var exists = Objects.TryGetValue(path, out var observed);
        var metadata = desired["metadata"]!.AsObject();
        if (!exists && metadata["uid"] is not null)
        {
            context.Response.StatusCode = 409;
            await context.Response.WriteAsync("""{"kind":"Status","code":409,"reason":"Conflict","message":"uid mismatch"}""");
            return;
        }

        var result = exists ? observed!.DeepClone().AsObject() : [];
        Merge(result, desired);
        result["metadata"]!["resourceVersion"] = Interlocked.Increment(ref version).ToString(CultureInfo.InvariantCulture);
        Objects[path] = result;
        context.Response.StatusCode = exists ? 200 : 201;
        await context.Response.WriteAsync(result.ToJsonString());
    }

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (key, value) in from)
        {
            if (value is JsonObject inner && into[key] is JsonObject existing)
            {
                Merge(existing, inner);
            }
            else
            {
                into[key] = value?.DeepClone();
            }
        }
    }
}
