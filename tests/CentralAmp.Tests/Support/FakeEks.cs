using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Tests.Support;

/// <summary>EKS' API of access entries (moto has none), with EKS' paths and error codes. Other calls are 501.</summary>
public sealed class FakeEks : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeEks(WebApplication app) => this.app = app;

    /// <summary>Names of clusters, and whether their authentication mode has access entries.</summary>
    public ConcurrentDictionary<string, bool> Clusters { get; } = new();

    /// <summary>Entries by cluster and principal, in EKS' JSON.</summary>
    public ConcurrentDictionary<string, JsonObject> Entries { get; } = new();

    public ConcurrentDictionary<string, string> Policies { get; } = new();

    /// <summary>Updates by their id, in EKS' JSON; a cluster accepts one at a time.</summary>
    public ConcurrentDictionary<string, JsonObject> Updates { get; } = new();

    /// <summary>Bodies of UpdateClusterConfig.</summary>
    public ConcurrentQueue<JsonObject> Configurations { get; } = new();

    /// <summary>The next call is answered with this error.</summary>
    public (int Status, string Code, string Message)? NextError { get; set; }

    public string Address => app.Urls.Single();

    public static async Task<FakeEks> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var fake = new FakeEks(builder.Build());
        fake.app.Run(fake.HandleAsync);
        await fake.app.StartAsync();
        return fake;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync();
        // The raw target, because a principal's ARN has an encoded slash.
        var raw = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var parts = raw.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        var (status, body) = Answer(context.Request.Method, parts, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (status >= 400)
        {
            context.Response.Headers["x-amzn-ErrorType"] = (string?)body["code"];
        }

        await context.Response.WriteAsync(body.ToJsonString());
    }

    private (int Status, JsonObject Body) Answer(string method, string[] parts, JsonObject body)
    {
        if (NextError is { } error)
        {
            NextError = null;
            return Error(error.Status, error.Code, error.Message);
        }

        if (parts is ["clusters", _, "update-config"] && method == "POST")
        {
            return UpdateConfig(body);
        }

        if (parts is ["clusters", _, "updates", var id] && Updates.TryGetValue(id, out var update))
        {
            return (200, new JsonObject { ["update"] = update.DeepClone() });
        }

        if (parts is not ["clusters", var cluster, "access-entries", ..])
        {
            return Error(501, "NotPlanned", string.Join('/', parts));
        }

        if (!Clusters.TryGetValue(cluster, out var knowsEntries))
        {
            return Error(404, "ResourceNotFoundException", $"No cluster found for name: {cluster}.");
        }

        if (!knowsEntries)
        {
            return Error(400, "InvalidRequestException", "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.");
        }

        var key = $"{cluster} {(parts.Length > 3 ? parts[3] : (string?)body["principalArn"])}";
        return (method, parts.Length) switch
        {
            ("POST", 3) when Entries.ContainsKey(key) => Error(409, "ResourceInUseException", "The specified access entry resource is already in use on this cluster."),
            ("POST", 3) => (200, new JsonObject { ["accessEntry"] = (Entries[key] = body).DeepClone() }),
            _ when !Entries.ContainsKey(key) => Error(404, "ResourceNotFoundException", "The specified principalArn could not be found."),
            ("GET", 4) => (200, new JsonObject { ["accessEntry"] = Entries[key].DeepClone() }),
            ("POST", 4) => (200, new JsonObject { ["accessEntry"] = Update(Entries[key], body) }),
            ("DELETE", 4) => (200, Delete(key)),
            ("GET", 5) => (200, new JsonObject { ["associatedAccessPolicies"] = Associated(key) }),
            ("POST", 5) => (200, new JsonObject { ["associatedAccessPolicy"] = Associate(key, body) }),
            ("DELETE", 6) => Policies.TryRemove(new(key, parts[5])) ? (200, []) : Error(404, "ResourceNotFoundException", "No such association."),
            _ => Error(501, "NotPlanned", $"{method} {string.Join('/', parts)}"),
        };
    }

    private (int Status, JsonObject Body) UpdateConfig(JsonObject body)
    {
        Configurations.Enqueue(body);
        if (Updates.Values.Any(update => (string?)update["status"] == "InProgress"))
        {
            return Error(409, "ResourceInUseException", "Cluster currently has an update in progress");
        }

        var id = $"u-{Updates.Count + 1}";
        Updates[id] = new JsonObject { ["id"] = id, ["status"] = "InProgress", ["type"] = "AccessConfigUpdate" };
        return (200, new JsonObject { ["update"] = Updates[id].DeepClone() });
    }

    private JsonObject Delete(string key)
    {
        Entries.TryRemove(key, out _);
        Policies.TryRemove(key, out _);
        return [];
    }

    private static JsonNode Update(JsonObject entry, JsonObject body)
    {
        entry["kubernetesGroups"] = body["kubernetesGroups"]!.DeepClone();
        return entry.DeepClone();
    }

    private JsonNode Associate(string key, JsonObject body)
    {
        Policies[key] = (string)body["policyArn"]!;
        return body.DeepClone();
    }

    private JsonArray Associated(string key) => Policies.TryGetValue(key, out var arn) ? new(new JsonObject { ["policyArn"] = arn }) : [];

    private static (int Status, JsonObject Body) Error(int status, string code, string message) =>
        (status, new JsonObject { ["code"] = code, ["message"] = message });
}
