using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>
/// A CONNECT proxy that connects every <c>*.amazonaws.com:443</c> to the gateway's TLS port and refuses other hosts.
/// Programs of the twin use AWS's real host names only through it.
/// </summary>
public sealed class ConnectProxy : IAsyncDisposable
{
    private const int HeaderLimit = 8192;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly int target;
    private readonly Task accepting;

    public ConnectProxy(int tlsPort)
    {
        target = tlsPort;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{listener.LocalEndpoint}");

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!stopping.IsCancellationRequested)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var near = client;
            near.NoDelay = true;
            var stream = near.GetStream();
            if (!IsAllowed(await ReadHeaderAsync(stream)))
            {
                await stream.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stopping.Token);
                return;
            }

            using var far = new TcpClient { NoDelay = true };
            await far.ConnectAsync(IPAddress.Loopback, target, stopping.Token);
            await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), stopping.Token);
            await TunnelAsync(stream, far.GetStream());
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side closed the connection, or the twin stops.
        }
    }

    // The tunnel ends when one side closes, because HTTP over TLS does not use half-closed connections.
    private async Task TunnelAsync(Stream near, Stream far)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        Task[] ways = [near.CopyToAsync(far, either.Token), far.CopyToAsync(near, either.Token)];
        await Task.WhenAny(ways);
        await either.CancelAsync();
        await Task.WhenAll(ways);
    }

    private async Task<string> ReadHeaderAsync(NetworkStream stream)
    {
        // Reads byte by byte, because the bytes after the header belong to the tunnel.
        var header = new StringBuilder();
        var next = new byte[1];
        while (header.Length < HeaderLimit && await stream.ReadAsync(next, stopping.Token) == 1)
        {
            header.Append((char)next[0]);
            if (header.Length >= 4 && header.ToString(header.Length - 4, 4) == "\r\n\r\n")
                return header.ToString();
        }

        return "";
    }

    private static bool IsAllowed(string header) =>
        header.Split("\r\n")[0].Split(' ') is ["CONNECT", var host, _] && host.EndsWith(".amazonaws.com:443", StringComparison.Ordinal);
}
