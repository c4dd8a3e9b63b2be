using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using CentralAmp.Twin.Aws.Gateway;
using Snappier;

namespace CentralAmp.Twin.Aws.Amp;

/// <summary>Returns the address of a workspace's Prometheus, and starts it at the first call.</summary>
public delegate Task<Uri> WorkspaceLookup(string workspaceId);

/// <summary>
/// AMP: moto serves the control plane; the data plane forwards remote_write and queries to the workspace's Prometheus.
/// </summary>
/// <param name="exists">Whether the caller's account has the workspace: account, region, workspace id.</param>
public sealed class AmpService(
    IAwsService controlPlane, Func<string, string, string, CancellationToken, Task<bool>> exists, WorkspaceLookup backend, HighAvailabilityTracker replicas,
    RulesAndAlerts rules)
    : IAwsService, IDisposable
{
    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Rules and alert managers of the workspaces.</summary>
    public RulesAndAlerts Rules => rules;

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ConcurrentDictionary<string, int> faults = new();

    public async Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        var path = request.Http.RawPath;
        var cut = path.IndexOf("/api/v1/", StringComparison.Ordinal);
        if (cut < 0)
        {
            if (!RulesAndAlerts.Knows(request.Call.Operation))
                return await controlPlane.HandleAsync(request, cancellationToken);
            var id = request.Call.Required("workspaceId");
            return await exists(request.Call.AccountId, request.Call.Region, id, cancellationToken)
                ? await rules.HandleAsync(request.Call)
                : throw new AwsException(404, "ResourceNotFoundException", $"Workspace not found: {id}");
        }

        var workspace = request.Call.Required("workspaceId");
        if (faults.TryGetValue(workspace, out var status))
            throw new AwsException(status, status == 429 ? "ThrottlingException" : "InternalServerException", $"The test made the workspace answer {status}");
        if (!await exists(request.Call.AccountId, request.Call.Region, workspace, cancellationToken))
            throw new AwsException(404, "ResourceNotFoundException", $"Workspace not found: {workspace}");

        return request.Call.Operation == "RemoteWrite"
            ? await WriteAsync(workspace, request, cancellationToken)
            : await QueryAsync(workspace, path[cut..], request, cancellationToken);
    }

    /// <summary>Makes the data plane of a workspace answer with an error status; null ends the fault.</summary>
    public void Fail(string workspaceId, int? status)
    {
        if (status is { } code)
            faults[workspaceId] = code;
        else
            faults.TryRemove(workspaceId, out _);
    }

    public void Dispose() => http.Dispose();

    private async Task<GatewayResponse> WriteAsync(string workspace, GatewayRequest request, CancellationToken cancellationToken)
    {
        var written = Decode(request);
        foreach (var series in written.Series)
            Check(series);
        // AMP drops samples of a replica that is not elected, and answers 202.
        if (replicas.Accept(workspace, written) is not { } accepted)
            return GatewayResponse.Empty(202);

        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(await backend(workspace), "api/v1/write"));
        message.Content = ReferenceEquals(accepted, written)
            ? new ReadOnlyMemoryContent(request.Http.Body)
            : new ByteArrayContent(Snappy.CompressToArray(accepted.ToArray()));
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        message.Content.Headers.ContentEncoding.Add("snappy");
        message.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
        using var response = await http.SendAsync(message, cancellationToken);
        return response.IsSuccessStatusCode
            ? GatewayResponse.Empty(200)
            : throw new AwsException((int)response.StatusCode, "ValidationException", (await response.Content.ReadAsStringAsync(cancellationToken)).Trim());
    }

    private async Task<GatewayResponse> QueryAsync(string workspace, string path, GatewayRequest request, CancellationToken cancellationToken)
    {
        var url = new Uri(await backend(workspace), path.TrimStart('/') + (request.Http.RawQuery.Length > 0 ? "?" + request.Http.RawQuery : ""));
        using var message = new HttpRequestMessage(new HttpMethod(request.Http.Method), url);
        if (!request.Http.Body.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(request.Http.Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.Http.Header("Content-Type"));
        }

        using var response = await http.SendAsync(message, cancellationToken);
        return new GatewayResponse((int)response.StatusCode, "application/json", await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    private static WriteRequest Decode(GatewayRequest request)
    {
        if (request.Http.Header("Content-Encoding") != "snappy" || request.Http.Header("X-Prometheus-Remote-Write-Version") is null)
            throw Bad("remote_write expects Content-Encoding snappy and X-Prometheus-Remote-Write-Version");

        try
        {
            return WriteRequest.Parse(Snappy.DecompressToArray(request.Http.Body.Span));
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or OverflowException or ArgumentException)
        {
            throw Bad($"the body is not a snappy-compressed WriteRequest: {e.Message}");
        }
    }

    private static void Check(WriteSeries series)
    {
        if (string.IsNullOrEmpty(series["__name__"]))
            throw Bad("sample missing metric name");

        for (var i = 0; i < series.Labels.Count; i++)
        {
            var name = series.Labels[i].Key;
            if (!IsLabelName(name))
                throw Bad($"sample invalid label: \"{name}\" metric \"{series["__name__"]}\"");
            // A series has few labels, so comparing all pairs costs less than a set.
            for (var earlier = 0; earlier < i; earlier++)
            {
                if (series.Labels[earlier].Key == name)
                    throw Bad($"duplicate label name in metric \"{series["__name__"]}\"");
            }
        }
    }

    private static bool IsLabelName(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(LabelCharacters);

    private static AwsException Bad(string message) => new(400, "ValidationException", message);
}
