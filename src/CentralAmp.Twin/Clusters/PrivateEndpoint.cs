using System.Net;
using System.Net.Sockets;
using CentralAmp.Twin.Tls;
using Microsoft.AspNetCore.Hosting;

namespace CentralAmp.Twin.Clusters;

/// <summary>The server at the address of a cluster's API when the API itself does not answer there.</summary>
internal sealed class PrivateEndpoint : IAsyncDisposable
{
    private static readonly TimeSpan Refill = TimeSpan.FromMilliseconds(200);

    private readonly List<IDisposable> held = [];
    private LoopbackServer? server;

    private PrivateEndpoint()
    {
    }

    public Uri Address { get; private set; } = null!;

    /// <returns>Null if the API itself answers.</returns>
    public static async Task<PrivateEndpoint?> OpenAsync(EndpointKind kind, string folder, CancellationToken cancellationToken)
    {
        var endpoint = new PrivateEndpoint();
        switch (kind)
        {
            case EndpointKind.Unreachable:
                await endpoint.FillAsync(cancellationToken);
                break;
            case EndpointKind.Refused:
                endpoint.Bind();
                break;
            case EndpointKind.WrongCertificate:
                await endpoint.ServeAsync(folder, cancellationToken);
                break;
            default:
                return null;
        }
        return endpoint;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var item in held)
            item.Dispose();
        if (server is not null)
            await server.DisposeAsync();
    }

    // The bound port has no listener, so connections are refused, and no other process can take the port.
    private Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        held.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = new Uri($"https://{socket.LocalEndPoint}");
        return socket;
    }

    // Linux drops the SYN of a connection for which the queue of the listener has no room, as a firewall would.
    private async Task FillAsync(CancellationToken cancellationToken)
    {
        var listener = Bind();
        listener.Listen(0);
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            held.Add(socket);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Refill);
            try
            {
                await socket.ConnectAsync(listener.LocalEndPoint!, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(string folder, CancellationToken cancellationToken)
    {
        using var other = new TwinCertificateAuthority("another authority", Path.Combine(folder, "other"), TimeProvider.System);
        var certificate = other.Issue("127.0.0.1");
        server = await LoopbackServer.StartAsync(context => Task.CompletedTask, cancellationToken, listener => listener.UseHttps(certificate));
        Address = Https(server);
    }

    private static Uri Https(LoopbackServer server) => new($"https://{server.Addresses[0].Authority}");
}
