using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>One invocation as the Runtime API hands it out.</summary>
internal sealed record RuntimeInvocation(byte[] Payload, LambdaContext Context);

/// <summary>
/// The Lambda Runtime API at AWS_LAMBDA_RUNTIME_API (host:port). The handler's socket is opened with TCP_NODELAY, which is the
/// default of <see cref="SocketsHttpHandler"/>: with Nagle's algorithm every response would wait for a delayed acknowledgement.
/// </summary>
internal sealed class RuntimeApiClient : IDisposable
{
    private static readonly MediaTypeHeaderValue ErrorType = new("application/vnd.aws.lambda.error+json");
    private static readonly MediaTypeHeaderValue ResponseType = new("application/json");

    private readonly HttpClient http;

    public RuntimeApiClient()
    {
        var address = Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API");
        if (string.IsNullOrEmpty(address))
        {
            throw new InvalidOperationException("AWS_LAMBDA_RUNTIME_API is not set: this program runs in AWS Lambda, or in a stand-in of it.");
        }

        // The Runtime API is local: a proxy that the function uses must not get its traffic, and it sends neither cookies nor redirects.
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null };
        http = new HttpClient(handler)
        {
            BaseAddress = new Uri($"http://{address}/2018-06-01/runtime/"),
            Timeout = Timeout.InfiniteTimeSpan, // The next invocation may be hours away.
        };
    }

    public async Task<RuntimeInvocation> NextAsync(CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync("invocation/next", cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new RuntimeApiException($"The Runtime API answered {(int)response.StatusCode} to the request for the next invocation.");
        }

        // Once the response has begun, the invocation counts as taken, so the read must not be cancelled.
        var payload = await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
        Environment.SetEnvironmentVariable("_X_AMZN_TRACE_ID", Header(response, "Lambda-Runtime-Trace-Id"));
        return new RuntimeInvocation(payload, ReadContext(response));
    }

    public Task RespondAsync(string requestId, Stream payload) =>
        PostAsync($"invocation/{requestId}/response", new StreamContent(payload), ResponseType, errorType: null);

    public Task FailAsync(string requestId, ErrorDocument error) =>
        PostAsync($"invocation/{requestId}/error", new ByteArrayContent(error.Json), ErrorType, error.ErrorType);

    public Task FailInitializationAsync(ErrorDocument error) =>
        PostAsync("init/error", new ByteArrayContent(error.Json), ErrorType, error.ErrorType);

    public void Dispose() => http.Dispose();

    private static LambdaContext ReadContext(HttpResponseMessage response)
    {
        var requestId = Header(response, "Lambda-Runtime-Aws-Request-Id") ?? throw new RuntimeApiException("An invocation has no Lambda-Runtime-Aws-Request-Id.");
        var milliseconds = long.TryParse(Header(response, "Lambda-Runtime-Deadline-Ms"), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new RuntimeApiException($"Invocation {requestId} has no Lambda-Runtime-Deadline-Ms.");
        return new LambdaContext(requestId, Header(response, "Lambda-Runtime-Invoked-Function-Arn") ?? "", DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private async Task PostAsync(string path, HttpContent content, MediaTypeHeaderValue contentType, string? errorType)
    {
        content.Headers.ContentType = contentType;
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (errorType is not null)
        {
            request.Headers.TryAddWithoutValidation("Lambda-Runtime-Function-Error-Type", errorType);
        }

        using var response = await http.SendAsync(request);
        if (response.StatusCode >= HttpStatusCode.InternalServerError)
        {
            throw new RuntimeApiException($"The Runtime API answered {(int)response.StatusCode} to {path}.");
        }

        if (!response.IsSuccessStatusCode)
        {
            // Typically an invocation whose deadline has passed; Lambda has already reported a timeout.
            await Console.Error.WriteLineAsync($"The Runtime API answered {(int)response.StatusCode} to {path}: {await response.Content.ReadAsStringAsync()}");
        }
    }
}
