using System.Collections.Concurrent;
using System.Net;
using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Registry;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Silence;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Snappier;

namespace CentralAmp.Tests.Support;

/// <summary>Workspaces that accept remote_write and keep the newest sample of each series, as a query returns it.</summary>
public sealed class FakeWorkspaces : HttpMessageHandler, IWorkspaces
{
    private readonly ConcurrentDictionary<(string WorkspaceArn, string Metric, string Cluster), (long At, double Value)> newest = new();

    /// <summary>Error answers (status and body) by workspace ARN.</summary>
    public Dictionary<string, (HttpStatusCode Status, string Body)> Refusals { get; } = [];

    /// <summary>Number of next requests that get no answer.</summary>
    public int Lost { get; set; }

    public int Requests { get; private set; }

    public static Func<Task<ImmutableCredentials>> Credentials { get; } = () => Task.FromResult(new ImmutableCredentials("AKIDEXAMPLE", "secret", "token"));

    /// <summary>Newest value of <see cref="HubMetrics.Expected"/>; null if the hub has never written it.</summary>
    public double? Expected(string workspaceArn, string cluster) =>
        newest.TryGetValue((workspaceArn, HubMetrics.Expected, cluster), out var sample) ? sample.Value : null;

    public ExpectationWriter Writer(HubSettings settings, TimeProvider time) =>
        new(this, new WorkspaceDataPlane(new HttpClient(this, disposeHandler: false), time), Credentials, settings);

    public ClusterExpectation Expectations(ClusterRegistry registry, HubSettings settings, TimeProvider time) =>
        new(registry, Writer(settings, time), time, NullLogger<ClusterExpectation>.Instance);

    public Task<Workspace> FindAsync(string arn, CancellationToken cancellationToken) =>
        Task.FromResult(new Workspace(arn, $"https://aps.example.org/{Uri.EscapeDataString(arn)}/"));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        if (Lost-- > 0)
        {
            throw new HttpRequestException("lost");
        }

        var arn = Uri.UnescapeDataString(request.RequestUri!.Segments[1].TrimEnd('/'));
        if (Refusals.TryGetValue(arn, out var refusal))
        {
            return new HttpResponseMessage(refusal.Status) { Content = new StringContent(refusal.Body) };
        }

        var body = new CodedInputStream(Snappy.DecompressToArray(await request.Content!.ReadAsByteArrayAsync(cancellationToken)));
        while (!body.IsAtEnd)
        {
            Take(arn, Nested(body));
        }

        return new HttpResponseMessage(HttpStatusCode.OK);
    }

    private void Take(string arn, CodedInputStream series)
    {
        var labels = new Dictionary<string, string>();
        var sample = (At: 0L, Value: 0d);
        while (!series.IsAtEnd)
        {
            var field = WireFormat.GetTagFieldNumber(series.ReadTag());
            var inner = new CodedInputStream(series.ReadBytes().ToByteArray());
            inner.ReadTag();
            if (field == 1)
            {
                var name = inner.ReadString();
                inner.ReadTag();
                labels[name] = inner.ReadString();
            }
            else
            {
                var value = inner.ReadDouble();
                inner.ReadTag();
                sample = (inner.ReadInt64(), value);
            }
        }

        // Drops an out-of-order sample.
        newest.AddOrUpdate((arn, labels["__name__"], labels["cluster"]), sample, (_, there) => there.At > sample.At ? there : sample);
    }

    private static CodedInputStream Nested(CodedInputStream input)
    {
        input.ReadTag();
        return new CodedInputStream(input.ReadBytes().ToByteArray());
    }
}
