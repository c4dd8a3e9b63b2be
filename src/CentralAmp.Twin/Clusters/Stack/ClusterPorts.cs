using CentralAmp.Twin.Clusters.Api;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Loopback ports of the parts of a cluster, in the order of its listeners.</summary>
internal sealed record ClusterPorts(int Api, int Kubelet, int NodeExporter, int KubeStateMetrics, int Applications)
{
    public const string Host = "127.0.0.1";

    /// <summary>A remote-write receiver of another owner: accepts all samples and keeps none.</summary>
    public string Elsewhere => $"http://{Host}:{Applications}/receive";

    public static ClusterPorts Of(IReadOnlyList<Uri> addresses) => new(addresses[0].Port, addresses[1].Port, addresses[2].Port, addresses[3].Port, addresses[4].Port);

    /// <summary>Serves exporters and applications, which need no authentication.</summary>
    public async Task AnswerAsync(HttpContext context, TimeSpan uptime)
    {
        var (port, path) = (context.Connection.LocalPort, context.Request.Path.ToString());
        var response = (port, path) switch
        {
            _ when port == Applications && path == "/receive" => ApiResponse.Text(204, ""),
            _ when port == NodeExporter && path == "/metrics/cadvisor" => ApiResponse.Text(200, ClusterMetrics.OfContainers(uptime)),
            _ when path != "/metrics" => ApiResponse.PageNotFound,
            _ when port == NodeExporter => ApiResponse.Text(200, ClusterMetrics.OfNode(uptime)),
            _ when port == KubeStateMetrics => ApiResponse.Text(200, ClusterMetrics.OfKubeStateMetrics()),
            _ when port == Applications => ApiResponse.Text(200, ClusterMetrics.OfApplication(uptime)),
            _ => ApiResponse.PageNotFound,
        };
        context.Response.StatusCode = response.Status;
        if (response.Status == 204)
            return;
        context.Response.ContentType = response.ContentType;
        await context.Response.Body.WriteAsync(response.Body, context.RequestAborted);
    }
}
