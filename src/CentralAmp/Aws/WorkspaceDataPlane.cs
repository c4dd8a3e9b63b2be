using System.Net.Http.Headers;
using Amazon.Runtime;
using CentralAmp.Failures;
using CentralAmp.Routes;

namespace CentralAmp.Aws;

/// <summary>AMP's data plane: remote_write and queries. Every HTTP status is an answer and no exception.</summary>
/// <param name="http">Uses the proxy of the environment, if there is one.</param>
public sealed class WorkspaceDataPlane(HttpClient http, TimeProvider time)
{
    private const string Service = "aps";

    /// <summary>A step has about a minute and makes several calls.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public async Task<(int Status, string Body)> WriteAsync(Workspace workspace, byte[] body, ImmutableCredentials credentials, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, workspace.RemoteWriteUrl);
        request.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        request.Content.Headers.ContentEncoding.Add("snappy");
        return await SendAsync(request, body, workspace, credentials, $"writing a sample to {workspace.Arn}", cancellationToken);
    }

    /// <summary>An instant query.</summary>
    public async Task<(int Status, string Body)> QueryAsync(Workspace workspace, string query, ImmutableCredentials credentials, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, workspace.Endpoint + "api/v1/query");
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("query", query)]);
        var body = await form.ReadAsByteArrayAsync(cancellationToken);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        return await SendAsync(request, body, workspace, credentials, $"querying {workspace.Arn}", cancellationToken);
    }

    private async Task<(int Status, string Body)> SendAsync(
        HttpRequestMessage request, byte[] body, Workspace workspace, ImmutableCredentials credentials, string doing, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        SigV4.Sign(request, body, credentials, workspace.Region, Service, time.GetUtcNow());
        try
        {
            using var response = await http.SendAsync(request, limit.Token);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException)
        {
            throw new TransientException(
                Causes.WorkspaceUnavailable,
                $"While {doing}: no answer ({e.Message}).",
                "None if the error is transient; else check the network of the function and the AWS health dashboard.",
                e);
        }
    }
}
