using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Api;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>
/// Port 10250 of a node: metrics of the kubelet and of its containers. A caller needs <c>get nodes/metrics</c>, which the kubelet
/// asks the API server ("Kubelet authentication/authorization", Kubernetes documentation).
/// </summary>
internal sealed class KubeletEndpoint(TokenAuthentication authentication, Authorizer authorizer, Func<TimeSpan> uptime)
{
    public TimeSpan Uptime => uptime();

    public async Task HandleAsync(HttpContext context)
    {
        var user = authentication.Authenticate(context.Request.Headers.Authorization.ToString());
        var response = user is null || user == UserInfo.Anonymous ? ApiResponse.Text(401, "Unauthorized")
            : !authorizer.Allows(user, new AccessRequest("get", "", "nodes/metrics", "", ""))
                ? ApiResponse.Text(403, $"Forbidden (user={user.Name}, verb=get, resource=nodes, subresource=metrics)")
            : Answer(context.Request.Path.ToString());
        context.Response.StatusCode = response.Status;
        context.Response.ContentType = response.ContentType;
        await context.Response.Body.WriteAsync(response.Body, context.RequestAborted);
    }

    public ApiResponse Answer(string path) => path switch
    {
        "/metrics" => Metrics(ClusterMetrics.OfKubelet(Uptime)),
        "/metrics/cadvisor" => Metrics(ClusterMetrics.OfContainers(Uptime)),
        // The node has no prober and resource metrics.
        "/metrics/probes" or "/metrics/resource" => Metrics(""),
        _ => ApiResponse.PageNotFound,
    };

    private static ApiResponse Metrics(string text) => ApiResponse.Text(200, text);
}
