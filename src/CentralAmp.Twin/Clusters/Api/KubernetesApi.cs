using System.Security.Cryptography;
using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>
/// The Kubernetes API of one cluster: authentication, authorization, dispatch, and a record of every call.
/// </summary>
internal sealed class KubernetesApi(
    string clusterArn,
    ObjectStore store,
    TokenAuthentication authentication,
    Authorizer authorizer,
    ResourceEndpoints resources,
    TokenRequests tokenRequests,
    PodProxy proxy,
    KubeletEndpoint kubelet,
    ICallRecorder recorder,
    TimeProvider time)
{
    private static readonly HashSet<string> ChangingVerbs = ["create", "update", "patch", "delete", "deletecollection"];

    private readonly Discovery discovery = new(() => Served(store));

    private int toCut;

    /// <summary>Truncates the given number of next answers.</summary>
    public void Cut(int answers) => Interlocked.Add(ref toCut, answers);

    public async Task HandleAsync(HttpContext context)
    {
        var request = await ApiRequest.ReadAsync(context);
        var user = authentication.Authenticate(context.Request.Headers.Authorization.ToString());
        var response = await AnswerAsync(request, user, context.Request.Headers, context.RequestAborted);
        Record(request, user, response.Status);

        context.Response.StatusCode = response.Status;
        context.Response.ContentType = response.ContentType;
        context.Response.Headers["Audit-Id"] = Guid.NewGuid().ToString();
        if (response.Warning.Length > 0)
            context.Response.Headers.Append("Warning", $"299 - \"{response.Warning.Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        if (response.Stream is { } stream)
            await stream(context.Response.Body, context.RequestAborted);
        else if (response.Body.Length > 1 && TakesOneToCut())
            await CutAsync(context, response.Body);
        else
            await context.Response.Body.WriteAsync(response.Body, context.RequestAborted);
    }

    private bool TakesOneToCut()
    {
        while (Volatile.Read(ref toCut) is var left and > 0)
        {
            if (Interlocked.CompareExchange(ref toCut, left - 1, left) == left)
                return true;
        }
        return false;
    }

    // Sends the full Content-Length and half of the body, then closes the connection.
    private static async Task CutAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    private async Task<ApiResponse> AnswerAsync(ApiRequest request, UserInfo? caller, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        try
        {
            if (caller is null)
                throw new StatusException(401, "Unauthorized", "Unauthorized");
            var user = Impersonation.Of(headers, caller, authorizer);
            if (!authorizer.Allows(user, request.Access))
                throw AccessDenied.For(user, request.Access);
            if (request.IsResource)
                return await DispatchAsync(request, user, cancellationToken);
            return request.Path == "/metrics" ? ApiResponse.Text(200, ClusterMetrics.OfApiServer(kubelet.Uptime)) : discovery.Answer(request.Path);
        }
        catch (StatusException error)
        {
            return ApiResponse.Error(error);
        }
    }

    private async Task<ApiResponse> DispatchAsync(ApiRequest request, UserInfo user, CancellationToken cancellationToken)
    {
        var kind = Served(store).FirstOrDefault(k => k.Group == request.Group && k.Version == request.Version && k.Plural == request.Plural);
        if (kind is null)
            return ApiResponse.PageNotFound;
        return (kind.Plural, request.Subresource) switch
        {
            ("serviceaccounts", "token") => tokenRequests.Answer(request),
            ("pods", "proxy") => await proxy.AnswerAsync(request, cancellationToken),
            ("nodes", "proxy") => kubelet.Answer(request.ProxyPath),
            _ => resources.Answer(kind, request, user),
        };
    }

    private static IReadOnlyList<ResourceKind> Served(ObjectStore store) =>
        [.. ResourceKind.All.Where(k => !k.IsCustom || store.Find(ResourceKind.CustomResourceDefinition, "", k.QualifiedName) is not null)];

    private void Record(ApiRequest request, UserInfo? user, int status)
    {
        // A TokenRequest and a dry run change nothing in the cluster.
        var isWrite = request.IsResource && ChangingVerbs.Contains(request.Verb) && request.Subresource != "token" && !request.IsDryRun;
        string[] resource = request.IsResource
            ? [clusterArn, request.Plural == "namespaces" ? "" : request.Namespace, request.Resource.Split('/')[0], request.Name]
            : [clusterArn, request.Path.Trim('/')];
        recorder.Record(new RecordedCall(
            time.GetUtcNow(),
            user?.Caller ?? "unauthenticated",
            "kubernetes",
            $"{request.Verb} {(request.IsResource ? request.Resource : "path")}",
            string.Join('/', resource.Where(part => part.Length > 0)),
            status is 401 or 403 ? "Deny" : "Allow",
            isWrite,
            Convert.ToHexStringLower(SHA256.HashData(request.Body)),
            status));
    }
}
