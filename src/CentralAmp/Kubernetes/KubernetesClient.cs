using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

/// <summary>The Kubernetes API over HttpClient; <see cref="IKubernetes"/> documents the calls.</summary>
/// <param name="access">The access settings of the endpoint as EKS returns them, for sentences about an unreachable endpoint.</param>
public sealed class KubernetesClient(ClusterReference cluster, HttpClient http, EndpointLimits? limits = null, string access = "") : IKubernetes
{
    private const string FieldManager = "central-amp";

    /// <summary>Kubernetes API Concepts, "Metadata-only fetches".</summary>
    private const string OnlyMetadata = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private const int PageSize = 250;
    private const int ListAttempts = 3;

    /// <summary>Of one answer. 250 nodes with 50 images each are a third of it; a function has some hundred megabytes.</summary>
    internal const int MostBytes = 32 * 1024 * 1024;

    /// <summary>Of one list.</summary>
    internal const int MostObjects = 20_000;

    private readonly EndpointLimits limits = limits ?? EndpointLimits.Default;
    private readonly WaitingTime waited = new();

    public Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken) => GetAsync(path, accept: null, cancellationToken);

    public Task<IReadOnlyList<JsonObject>?> ListAsync(string path, CancellationToken cancellationToken) => ListAsync(path, accept: null, cancellationToken);

    public Task<IReadOnlyList<JsonObject>?> ListMetadataAsync(string path, CancellationToken cancellationToken) => ListAsync(path, OnlyMetadata, cancellationToken);

    private async Task<JsonObject?> GetAsync(string path, string? accept, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, path, body: null, cancellationToken, accept);
        return answer.Status == 404 ? null : Success(HttpMethod.Get, path, answer);
    }

    private async Task<IReadOnlyList<JsonObject>?> ListAsync(string path, string? accept, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ListOnceAsync(path, accept, cancellationToken);
            }
            // The snapshot behind the pages has expired (the API server keeps it for minutes). Start again: a partial list must not be returned.
            catch (TransientException e) when (e.Cause == Causes.KubernetesListExpired && attempt < ListAttempts)
            {
            }
        }
    }

    public Task<JsonObject> ApplyAsync(string path, JsonObject desired, CancellationToken cancellationToken) =>
        // JSON is YAML. "force" stays false: a field of another manager is a conflict and is never overwritten.
        WriteAsync(HttpMethod.Patch, $"{path}?fieldManager={FieldManager}&force=false", desired, "application/apply-patch+yaml", cancellationToken);

    public Task<JsonObject> MergePatchAsync(string path, JsonObject patch, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Patch, $"{path}?fieldManager={FieldManager}", patch, "application/merge-patch+json", cancellationToken);

    public Task<JsonObject> CreateAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Post, $"{path}?fieldManager={FieldManager}", body, "application/json", cancellationToken);

    public async Task<bool> DeleteAsync(string path, string uid, CancellationToken cancellationToken)
    {
        var options = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["preconditions"] = new JsonObject { ["uid"] = uid },
        };
        var answer = await SendAsync(HttpMethod.Delete, path, new Body(options.ToJsonString(), "application/json"), cancellationToken);
        if (answer.Status is 404 or 409)
        {
            return false;
        }

        Success(HttpMethod.Delete, path, answer);
        return true;
    }

    public async Task<ProxyAnswer> ProxyGetAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, path, body: null, cancellationToken);
        // 401 and 403 with a Status object come from the API server and concern CentralAmp's rights.
        return answer.Status is 401 or 403 && KubernetesStatus.IsStatus(answer.Body)
            ? throw Failure(HttpMethod.Get, path, answer)
            : new ProxyAnswer(answer.Status, answer.Body);
    }

    public void Dispose() => http.Dispose();

    private async Task<List<JsonObject>?> ListOnceAsync(string path, string? accept, CancellationToken cancellationToken)
    {
        var items = new List<JsonObject>();
        var first = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={PageSize}";
        var page = first;
        while (true)
        {
            if (await GetAsync(page, accept, cancellationToken) is not { } list)
            {
                return null;
            }

            items.AddRange((list["items"] as JsonArray)?.OfType<JsonObject>() ?? []);
            if (items.Count > MostObjects)
            {
                throw KubernetesFailures.OfLongAnswer(Doing(HttpMethod.Get, path), $"{MostObjects} objects");
            }

            if (KubernetesStatus.Text((list["metadata"] as JsonObject)?["continue"]) is not { Length: > 0 } next)
            {
                return items;
            }

            page = $"{first}&continue={Uri.EscapeDataString(next)}";
        }
    }

    private async Task<JsonObject> WriteAsync(HttpMethod method, string path, JsonObject body, string mediaType, CancellationToken cancellationToken) =>
        Success(method, path, await SendAsync(method, path, new Body(body.ToJsonString(), mediaType), cancellationToken));

    private async Task<Answer> SendAsync(HttpMethod method, string path, Body? body, CancellationToken cancellationToken, string? accept = null)
    {
        try
        {
            return await SendOnceAsync(method, path, body, accept, cancellationToken);
        }
        // No request has been sent yet, so a retry is safe; one lost packet should not need an operator.
        catch (BlockedException e) when (e.Cause is Causes.EndpointUnreachable or Causes.EndpointNameUnknown)
        {
            return await SendOnceAsync(method, path, body, accept, cancellationToken);
        }
    }

    private async Task<Answer> SendOnceAsync(HttpMethod method, string path, Body? body, string? accept, CancellationToken cancellationToken)
    {
        var within = Shorter(limits.Answer, limits.Together - waited.Total);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(within);
        using var request = new HttpRequestMessage(method, path.TrimStart('/')) { Content = body?.ToContent() };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        waited.Begin();
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return new Answer((int)response.StatusCode, await ReadAsync(response, Doing(method, path), limit.Token), response.Headers.RetryAfter?.Delta);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Unanswered(new TimeoutException(TooLong(within), e), method, path);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unanswered(new TimeoutException($"did not agree on TLS within {limits.Handshake.TotalSeconds:0.#} s", e), method, path);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or IOException)
        {
            throw Unanswered(e, method, path);
        }
        finally
        {
            waited.End();
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, string doing, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MostBytes, cancellationToken);
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw KubernetesFailures.OfLongAnswer(doing, $"{MostBytes} bytes", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw KubernetesFailures.OfCutAnswer(e, doing);
        }
    }

    private WorkflowException Unanswered(Exception exception, HttpMethod method, string path) =>
        KubernetesFailures.OfConnection(exception, Doing(method, path), http.BaseAddress!, access);

    private string TooLong(TimeSpan within) => within < limits.Answer
        ? $"the answers to this step took {limits.Together.TotalSeconds:0.#} s together"
        : $"did not answer within {within.TotalSeconds:0.#} s";

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => other <= TimeSpan.Zero ? TimeSpan.Zero : one < other ? one : other;

    private JsonObject Success(HttpMethod method, string path, Answer answer)
    {
        if (answer.Status is < 200 or > 299)
        {
            throw Failure(method, path, answer);
        }

        try
        {
            return JsonNode.Parse(answer.Body) as JsonObject ?? throw new JsonException("not an object");
        }
        catch (JsonException e) when (answer.Body.TrimStart().StartsWith('{'))
        {
            throw KubernetesFailures.OfCutAnswer(e, Doing(method, path));
        }
        catch (JsonException e)
        {
            throw Unanswered(new IOException($"the answer is not a JSON object: {e.Message}", e), method, path);
        }
    }

    private WorkflowException Failure(HttpMethod method, string path, Answer answer) =>
        KubernetesFailures.Of(KubernetesStatus.Read(answer.Status, answer.Body, answer.RetryAfter), Doing(method, path));

    private string Doing(HttpMethod method, string path) => $"calling {method} {path.Split('?')[0]} of {cluster}";

    private sealed record Body(string Text, string MediaType)
    {
        public StringContent ToContent() => new(Text) { Headers = { ContentType = new MediaTypeHeaderValue(MediaType) } };
    }

    private sealed record Answer(int Status, string Body, TimeSpan? RetryAfter);
}
