using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>Returns the loopback address of a pod's port; null when nothing listens there.</summary>
internal interface IPodAddresses
{
    Uri? AddressOf(string ns, string pod, int port);
}

/// <summary>The proxy subresource: <c>pods/[scheme:]name:port/proxy/path</c>, forwarded to the process of the pod.</summary>
internal sealed class PodProxy(ObjectStore store, IPodAddresses addresses, HttpClient http)
{
    private const int DefaultPort = 9090;

    public async Task<ApiResponse> AnswerAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Method != "GET")
            throw StatusException.NotInTwin($"{request.Method} through the pod proxy");
        var (pod, port) = Target(request.Name);
        if (store.Find(ResourceKind.Pod, request.Namespace, pod) is null)
            throw StatusException.NotFound(ResourceKind.Pod, pod);
        if (addresses.AddressOf(request.Namespace, pod, port) is not { } address)
            throw Unreachable($"dial tcp: {pod}:{port}: connect: connection refused");

        try
        {
            var target = new Uri(address, request.ProxyPath + QueryOf(request));
            using var response = await http.GetAsync(target, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return new ApiResponse((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "text/plain", body);
        }
        catch (HttpRequestException exception)
        {
            throw Unreachable(exception.Message);
        }
    }

    private static (string Pod, int Port) Target(string name) => name.Split(':') switch
    {
        [var pod] => (pod, DefaultPort),
        [var pod, var port] => (pod, ParsePort(port)),
        ["http", var pod, var port] => (pod, ParsePort(port)),
        _ => throw StatusException.BadRequest($"invalid pod request \"{name}\""),
    };

    private static int ParsePort(string port) =>
        ushort.TryParse(port, out var number) ? number : throw StatusException.BadRequest($"invalid pod port \"{port}\"");

    private static string QueryOf(ApiRequest request) =>
        Microsoft.AspNetCore.Http.QueryString.Create(request.Query).ToUriComponent();

    private static StatusException Unreachable(string why) =>
        new(503, "ServiceUnavailable", $"error trying to reach service: {why}");
}
