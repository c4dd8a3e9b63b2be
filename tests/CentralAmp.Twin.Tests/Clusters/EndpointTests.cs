using System.Net.Sockets;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>Behaviours of the address of a private API.</summary>
public sealed class EndpointTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_connection_to_an_unreachable_endpoint_is_never_made()
    {
        await using var test = await TestCluster.StartAsync(new ClusterBehaviour { Endpoint = EndpointKind.Unreachable });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConnectAsync(test));
    }

    [Fact]
    public async Task A_closed_port_refuses()
    {
        await using var test = await TestCluster.StartAsync(new ClusterBehaviour { Endpoint = EndpointKind.Refused });

        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(test))).SocketErrorCode);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_not_trusted()
    {
        await using var test = await TestCluster.StartAsync(new ClusterBehaviour { Endpoint = EndpointKind.WrongCertificate });

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => test.GetAsync("/version"));

        Assert.IsType<System.Security.Authentication.AuthenticationException>(failure.InnerException);
    }

    [Fact]
    public async Task A_slow_endpoint_connects_and_does_not_answer()
    {
        await using var test = await TestCluster.StartAsync(new ClusterBehaviour { Endpoint = EndpointKind.Slow });
        await ConnectAsync(test);

        await Assert.ThrowsAsync<TimeoutException>(() => test.GetAsync("/version").WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_watch_reports_changes()
    {
        await using var test = await TestCluster.StartAsync();
        const string path = "/api/v1/namespaces/default/configmaps";
        var from = (await test.GetAsync(path)).Json.TextAt("metadata", "resourceVersion");
        await test.CreateAsync(path, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""");
        await test.SendAsync(HttpMethod.Delete, $"{path}/a");
        await test.CreateAsync("/api/v1/namespaces/kube-system/configmaps", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}""");

        var events = (await test.GetAsync($"{path}?watch=true&timeoutSeconds=1&resourceVersion={from}")).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["ADDED", "DELETED"], events.Select(line => System.Text.Json.Nodes.JsonNode.Parse(line).TextAt("type")));
    }

    private static async Task ConnectAsync(TestCluster test)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        var address = new Uri(test.Cluster.Endpoint);
        await client.ConnectAsync(address.Host, address.Port, limit.Token);
    }
}
