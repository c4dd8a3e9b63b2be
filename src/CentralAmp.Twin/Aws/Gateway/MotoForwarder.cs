using System.Net.Http.Headers;
using CentralAmp.Twin.Aws.Moto;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>Forwards a call to moto as the caller's account and returns the answer unchanged.</summary>
public sealed class MotoForwarder(MotoServer moto) : IAwsService
{
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Host", "Connection", "Content-Length", "Transfer-Encoding", "Expect", "Proxy-Connection", "X-Amz-Security-Token",
    };

    private static readonly HashSet<string> NotReturned = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Transfer-Encoding", "Server", "Date", "Content-Type",
        "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers",
    };

    public async Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        var http = request.Http;
        using var message = new HttpRequestMessage(new HttpMethod(http.Method), http.RawPath + (http.RawQuery.Length > 0 ? "?" + http.RawQuery : ""));
        // The content type is sent also without a body, because moto recognizes forms by it.
        message.Content = new ReadOnlyMemoryContent(http.Body);
        foreach (var (name, value) in http.Headers.Where(header => !NotForwarded.Contains(header.Key)))
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await moto.SendAsync(message, request.Call.Service, request.Call.AccountId, request.Call.Region, cancellationToken);
        return new GatewayResponse(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.ToString() ?? "",
            await response.Content.ReadAsByteArrayAsync(cancellationToken))
        {
            Headers = Returned(response.Headers).Concat(Returned(response.Content.Headers)).ToDictionary(),
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Returned(HttpHeaders headers) => headers
        .Where(header => !NotReturned.Contains(header.Key))
        .Select(header => KeyValuePair.Create(header.Key, string.Join(',', header.Value)));
}
