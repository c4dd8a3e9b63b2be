using System.Net;
using System.Text;
using Amazon.Runtime;

namespace AwsPackages.Tests.Wire;

/// <summary>One request as it left the client.</summary>
internal sealed record SentRequest(string Method, string PathAndQuery, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>Answers every request with one prepared response and records it; nothing leaves the process.</summary>
internal sealed class Recording(HttpStatusCode status, string body, string contentType = "application/json") : HttpClientFactory
{
    public List<SentRequest> Requests { get; } = [];

    public Dictionary<string, string> ResponseHeaders { get; } = [];

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this));

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public T Configure<T>()
        where T : ClientConfig, new() =>
        new() { ServiceURL = "http://service.test", AuthenticationRegion = "eu-central-1", HttpClientFactory = this, MaxErrorRetry = 0 };

    private sealed class Handler(Recording owner) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var sent = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>());
            owner.Requests.Add(new(request.Method.Method, request.RequestUri!.PathAndQuery, sent, headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase)));
            return Respond(request);
        }

        private HttpResponseMessage Respond(HttpRequestMessage request)
        {
            var response = new HttpResponseMessage(owner.Status) { RequestMessage = request, Content = new StringContent(owner.Body, Encoding.UTF8, owner.ContentType) };
            foreach (var (name, value) in owner.ResponseHeaders)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }

            return response;
        }
    }

    private HttpStatusCode Status => status;

    private string Body => body;

    private string ContentType => contentType;
}
