using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Signing;

namespace CentralAmp.Twin.Aws.Authorization;

/// <summary>Reads operation and parameters of a request in the protocol of its service.</summary>
public static class ApiCallReader
{
    /// <exception cref="AwsException">The body does not match the protocol.</exception>
    public static ApiCall Read(SignedRequest request, string service, string accountId, string region)
    {
        var (operation, parameters) = service switch
        {
            "eks" or "aps" or "lambda" => Rest(request, service),
            "s3" => (null, []),
            _ when request.Header("X-Amz-Target") is { } target => (target.Split('.')[^1], Body(request)),
            _ => Query(request),
        };
        return new ApiCall(service, operation, accountId, region, parameters);
    }

    private static (string?, JsonObject) Query(SignedRequest request)
    {
        var parameters = new JsonObject();
        foreach (var (name, value) in request.Query)
            parameters[name] = value;
        foreach (var field in Encoding.UTF8.GetString(request.Body.Span).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = field.Split('=', 2);
            parameters[WebUtility.UrlDecode(pair[0])] = WebUtility.UrlDecode(pair.ElementAtOrDefault(1) ?? "");
        }

        return (parameters["Action"]?.GetValue<string>(), parameters);
    }

    private static (string?, JsonObject) Rest(SignedRequest request, string service)
    {
        var match = RestRoutes.Match(service, request.Method, request.RawPath);
        // The body of a data-plane call or of an invocation is the customer's payload, not API parameters.
        var parameters = match is null or { Operation: "RemoteWrite" or "Invoke" } ? [] : Body(request);
        foreach (var (name, value) in request.Query)
            parameters[name] = value;
        foreach (var (name, value) in match?.Labels ?? new Dictionary<string, string>())
            parameters[name] = value;
        return (match?.Operation, parameters);
    }

    private static JsonObject Body(SignedRequest request)
    {
        // A Prometheus query may be a form; authorization needs no parameter of it.
        if (request.Body.IsEmpty || request.Header("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) == true)
            return [];

        try
        {
            return JsonNode.Parse(request.Body.Span) as JsonObject ?? throw new JsonException("not an object");
        }
        catch (JsonException e)
        {
            throw new AwsException(400, "SerializationException", e.Message);
        }
    }
}
