using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>One request, taken apart as the API server's RequestInfo does.</summary>
public sealed record ApiRequest(string Method, string Path, IQueryCollection Query, byte[] Body, string ContentType, string UserAgent)
{
    public string Group { get; private init; } = "";

    public string Version { get; private init; } = "";

    /// <summary>Empty when the path is not one of a resource.</summary>
    public string Plural { get; private init; } = "";

    public string Namespace { get; private init; } = "";

    public string Name { get; private init; } = "";

    public string Subresource { get; private init; } = "";

    /// <summary>What follows <c>/proxy</c>, still encoded, with its slash.</summary>
    public string ProxyPath { get; private init; } = "/";

    public bool IsResource => Plural.Length > 0;

    public bool IsDryRun => Query["dryRun"] == "All";

    public string Resource => Subresource.Length == 0 ? Plural : $"{Plural}/{Subresource}";

    public string Verb => Method switch
    {
        "GET" or "HEAD" when !IsResource || Name.Length > 0 => "get",
        "GET" or "HEAD" => Query["watch"] is var watch && (watch == "true" || watch == "1") ? "watch" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => Name.Length > 0 ? "delete" : "deletecollection",
        _ => Method.ToLowerInvariant(),
    };

    public AccessRequest Access => IsResource
        ? new AccessRequest(Verb, Group, Resource, Namespace, Name.Length > 0 ? Name : SelectedName)
        : new AccessRequest(Method.ToLowerInvariant(), "", "", "", "") { Path = Path };

    // A list that is narrowed to one name counts as a request for that name.
    private string SelectedName =>
        Query["fieldSelector"].ToString() is var selector && selector.StartsWith("metadata.name=", StringComparison.Ordinal)
            ? selector["metadata.name=".Length..].TrimStart('=')
            : "";

    public JsonObject Json()
    {
        try
        {
            return JsonNode.Parse(Body) as JsonObject ?? throw StatusException.BadRequest("the object provided is unrecognized: not an object");
        }
        catch (JsonException exception)
        {
            throw StatusException.BadRequest($"the object provided is unrecognized (must be of type JSON): {exception.Message}");
        }
    }

    public static async Task<ApiRequest> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?', 2)[0];
        var request = new ApiRequest(
            context.Request.Method, path, context.Request.Query, body.ToArray(),
            (context.Request.ContentType ?? "").Split(';')[0].Trim(), context.Request.Headers.UserAgent.ToString());
        return request.WithResource(path.Split('/', StringSplitOptions.RemoveEmptyEntries));
    }

    private ApiRequest WithResource(string[] parts) => parts switch
    {
        ["api", var version, .. var rest] when rest.Length > 0 => (this with { Version = version }).WithObject(rest),
        ["apis", var group, var version, .. var rest] when rest.Length > 0 =>
            (this with { Group = Uri.UnescapeDataString(group), Version = version }).WithObject(rest),
        _ => this,
    };

    private ApiRequest WithObject(string[] parts) => parts switch
    {
        ["namespaces", var ns, var plural, .. var rest] when plural is not ("status" or "finalize") =>
            (this with { Namespace = Uri.UnescapeDataString(ns) }).WithName(plural, rest),
        [var plural, .. var rest] => WithName(plural, rest),
        _ => this,
    };

    private ApiRequest WithName(string plural, string[] rest) => this with
    {
        Plural = Uri.UnescapeDataString(plural),
        Name = rest.Length > 0 ? Uri.UnescapeDataString(rest[0]) : "",
        Subresource = rest.Length > 1 ? rest[1] : "",
        ProxyPath = "/" + string.Join('/', rest.Skip(2)),
        // RBAC asks for a namespace object within itself.
        Namespace = plural == "namespaces" && rest.Length > 0 ? Uri.UnescapeDataString(rest[0]) : Namespace,
    };
}
