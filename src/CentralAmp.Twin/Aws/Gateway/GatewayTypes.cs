using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Signing;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>An authenticated and authorized call on its way to the service.</summary>
public sealed record GatewayRequest(SignedRequest Http, ApiCall Call, Caller Caller);

/// <summary>An HTTP response of the gateway.</summary>
public sealed record GatewayResponse(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static GatewayResponse Json(JsonNode body, int status = 200) =>
        new(status, "application/json", Encoding.UTF8.GetBytes(body.ToJsonString()));

    public static GatewayResponse Json(object body, int status = 200) =>
        new(status, "application/json", JsonSerializer.SerializeToUtf8Bytes(body));

    public static GatewayResponse Xml(string body, int status = 200) => new(status, "text/xml", Encoding.UTF8.GetBytes(body));

    public static GatewayResponse Empty(int status) => new(status, "", ReadOnlyMemory<byte>.Empty);
}

/// <summary>A service behind the gateway.</summary>
public interface IAwsService
{
    /// <exception cref="AwsException">The service refused the call.</exception>
    Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken);
}
