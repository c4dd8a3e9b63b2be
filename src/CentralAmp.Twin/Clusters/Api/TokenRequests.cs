using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>The token subresource of service accounts.</summary>
internal sealed class TokenRequests(ObjectStore store, ServiceAccountTokens tokens)
{
    private const long ShortestSeconds = 600;
    private const long DefaultSeconds = 3600;

    public ApiResponse Answer(ApiRequest request)
    {
        if (request.Verb != "create")
            throw new StatusException(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        var account = store.Find(ResourceKind.ServiceAccount, request.Namespace, request.Name)
            ?? throw StatusException.NotFound(ResourceKind.ServiceAccount, request.Name);
        var body = request.Json();
        if (body.TextAt("kind") != "TokenRequest" || body.TextAt("apiVersion") != "authentication.k8s.io/v1")
            throw StatusException.BadRequest("the object provided is not a TokenRequest of authentication.k8s.io/v1");

        var seconds = body.NumberAt("spec", "expirationSeconds") ?? DefaultSeconds;
        if (seconds < ShortestSeconds)
            throw TooShort(request.Name, seconds);
        var audiences = body.TextsAt("spec", "audiences");
        if (audiences.Count == 0)
            audiences = [ServiceAccountTokens.ApiAudience];
        var (token, expires) = tokens.Mint(account, audiences, TimeSpan.FromSeconds(seconds));
        return ApiResponse.Json(201, new JsonObject
        {
            ["kind"] = "TokenRequest",
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["metadata"] = new JsonObject { ["name"] = request.Name, ["namespace"] = request.Namespace },
            ["spec"] = new JsonObject
            {
                ["audiences"] = new JsonArray([.. audiences.Select(a => JsonValue.Create(a))]),
                ["expirationSeconds"] = seconds,
            },
            ["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = ServiceAccountTokens.Timestamp(expires) },
        });
    }

    private static StatusException TooShort(string name, long seconds)
    {
        var problem = $"Invalid value: {seconds}: may not specify a duration less than 10 minutes";
        return new StatusException(422, "Invalid", $"TokenRequest.authentication.k8s.io \"{name}\" is invalid: spec.expirationSeconds: {problem}")
        {
            Causes = [new StatusCause("FieldValueInvalid", problem, "spec.expirationSeconds")],
        };
    }
}
