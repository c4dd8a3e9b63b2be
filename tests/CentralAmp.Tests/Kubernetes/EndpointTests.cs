using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Kubernetes;

/// <summary>Unreachable, slow and broken endpoints, with real sockets: each leads to its cause within the time limits.</summary>
public sealed class EndpointTests
{
    private const string Access = "endpointPublicAccess=false";
    private static readonly string Path = KubernetesPath.Prometheus("monitoring", "prom");

    // Limits that a test is not about are long: on a busy machine the test would otherwise hit another limit than its own.
    private static readonly EndpointLimits Patient = new(
        TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void The_default_limits_end_every_wait_within_thirty_seconds()
    {
        var limits = EndpointLimits.Default;
        Assert.True(limits.Together <= TimeSpan.FromSeconds(30));
        // Two failed connection attempts or a hanging handshake end before the total limit, so that they determine the cause.
        Assert.True(2 * limits.Connect < limits.Together);
        Assert.True(limits.Connect + limits.Handshake < limits.Answer);
        Assert.True(limits.Answer < limits.Together);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_has_its_own_cause()
    {
        var failure = await FailAsync<BlockedException>("https://no-such-host.invalid");
        Assert.Equal(Causes.EndpointNameUnknown, failure.Cause);
        Assert.Contains("no-such-host.invalid does not resolve", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_is_distinguished_from_an_unreachable_endpoint()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = listener.LocalEndpoint;
        listener.Stop();
        var failure = await FailAsync<BlockedException>($"https://{address}");
        Assert.Equal(Causes.EndpointRefused, failure.Cause);
        Assert.EndsWith($"; endpoint access according to EKS: {Access}.", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_drops_packets_is_unreachable_and_the_sentence_has_its_access_settings()
    {
        // A full backlog drops further connections, as a security group does.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var address = (IPEndPoint)full.LocalEndPoint!;
        using var filler = new TcpClient();
        await filler.ConnectAsync(address, Cancelled);
        var began = Stopwatch.GetTimestamp();
        var failure = await FailAsync<BlockedException>($"https://{address}", Patient with { Connect = TimeSpan.FromSeconds(1) });
        Assert.Equal(Causes.EndpointUnreachable, failure.Cause);
        Assert.Contains(Access, failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("VpcSubnetIds", failure.Remedy, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_wrong()
    {
        using var otherAuthority = new TestAuthority();
        await using var other = await FakeKubernetes.StartAsync(otherAuthority);
        Assert.Equal(Causes.EndpointCertificateWrong, (await FailAsync<BlockedException>(other.Endpoint)).Cause);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_connection_without_a_TLS_handshake_is_slow()
    {
        await using var server = Server.Start(async (tcp, stopped) => await Task.Delay(Timeout.Infinite, stopped));
        var failure = await FailAsync<TransientException>(server.Address, Patient with { Handshake = TimeSpan.FromSeconds(1) });
        Assert.Equal(Causes.EndpointSlow, failure.Cause);
        Assert.Contains("accepts connections, but did not agree on TLS within 1 s", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_an_answer_is_slow()
    {
        await using var server = Server.Start(async (tcp, stopped) =>
        {
            await using var tls = await Server.RequestAsync(tcp, stopped);
            await Task.Delay(Timeout.Infinite, stopped);
        });
        var failure = await FailAsync<TransientException>(server.Address, Patient with { Answer = TimeSpan.FromSeconds(3) });
        Assert.Equal(Causes.EndpointSlow, failure.Cause);
        Assert.Contains("did not answer within 3 s", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_arrives_byte_by_byte_is_slow()
    {
        await using var server = Server.Start(async (tcp, stopped) =>
        {
            await using var tls = await Server.RequestAsync(tcp, stopped);
            await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray(), stopped);
            while (true)
            {
                await tls.WriteAsync(" "u8.ToArray(), stopped);
                await Task.Delay(100, stopped);
            }
        });
        Assert.Equal(Causes.EndpointSlow, (await FailAsync<TransientException>(server.Address, Patient with { Answer = TimeSpan.FromSeconds(3) })).Cause);
    }

    [Fact]
    public async Task Slow_answers_end_the_step_at_the_total_limit()
    {
        await using var server = Server.Start(async (tcp, stopped) =>
        {
            await using var tls = await Server.RequestAsync(tcp, stopped);
            await Task.Delay(1500, stopped);
            await tls.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray(), stopped);
        });
        using var client = Client(server.Address, Patient with { Together = TimeSpan.FromSeconds(4) });
        var failure = await Assert.ThrowsAsync<TransientException>(async () =>
        {
            for (var call = 0; call < 3; call++)
            {
                await client.GetAsync(Path, Cancelled);
            }
        });
        Assert.Equal(Causes.EndpointSlow, failure.Cause);
        Assert.Contains("the answers to this step took 4 s together", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Concurrent_waiting_counts_once()
    {
        await using var server = Server.Start(async (tcp, stopped) =>
        {
            await using var tls = await Server.RequestAsync(tcp, stopped);
            await Task.Delay(1200, stopped);
            await tls.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray(), stopped);
        });
        using var client = Client(server.Address, EndpointLimits.Default with { Together = TimeSpan.FromSeconds(8) });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetAsync(Path, Cancelled)));
        Assert.NotNull(await client.GetAsync(Path, Cancelled));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"kind\":\"Prom", Causes.KubernetesAnswerCut)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"kin\r\n", Causes.KubernetesAnswerCut)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"kind\":\"Prom", Causes.KubernetesAnswerCut)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-", Causes.KubernetesUnavailable)]
    [InlineData("", Causes.KubernetesUnavailable)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", Causes.KubernetesUnavailable)]
    public async Task An_answer_that_is_cut_off_is_transient(string answer, string cause)
    {
        await using var server = Server.Start(async (tcp, stopped) =>
        {
            await using var tls = await Server.RequestAsync(tcp, stopped);
            await tls.WriteAsync(Encoding.ASCII.GetBytes(answer), stopped);
        });
        // Default limits: on a busy machine, an interrupted answer must not count as a slow one.
        Assert.Equal(cause, (await FailAsync<TransientException>(server.Address, EndpointLimits.Default)).Cause);
    }

    private static async Task<T> FailAsync<T>(string endpoint, EndpointLimits? limits = null)
        where T : WorkflowException
    {
        using var client = Client(endpoint, limits);
        return await Assert.ThrowsAsync<T>(() => client.GetAsync(Path, Cancelled)).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
    }

    private static KubernetesClient Client(string endpoint, EndpointLimits? limits = null) => new(
        Some.Cluster(), ClusterConnection.Open(Some.Described(endpoint, TestAuthority.Shared.Base64Pem), "token", limits ?? Patient), limits ?? Patient, Access);

    /// <summary>Accepts every connection and runs the test's handler on it.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stopping = new();
        private readonly Func<TcpClient, CancellationToken, Task> serve;
        private readonly Task accepting;

        private Server(Func<TcpClient, CancellationToken, Task> serve)
        {
            this.serve = serve;
            listener.Start();
            accepting = AcceptAsync();
        }

        public string Address => $"https://{listener.LocalEndpoint}";

        public static Server Start(Func<TcpClient, CancellationToken, Task> serve) => new(serve);

        /// <summary>Does the TLS handshake with a certificate of the cluster's authority, and reads the head of one request.</summary>
        public static async Task<SslStream> RequestAsync(TcpClient tcp, CancellationToken stopped)
        {
            var tls = new SslStream(tcp.GetStream());
            using var certificate = TestAuthority.Shared.Issue(IPAddress.Loopback);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stopped);
            using var reader = new StreamReader(tls, leaveOpen: true);
            while (await reader.ReadLineAsync(stopped) is { Length: > 0 })
            {
            }

            return tls;
        }

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await accepting;
            listener.Dispose();
            stopping.Dispose();
        }

        private async Task AcceptAsync()
        {
            var served = new List<Task>();
            try
            {
                while (true)
                {
                    served.Add(ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
                }
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(served);
            }
        }

        private async Task ServeAsync(TcpClient tcp)
        {
            using (tcp)
            {
                try
                {
                    await serve(tcp, stopping.Token);
                }
                catch (Exception e) when (e is OperationCanceledException or IOException)
                {
                    // The client closed the connection, or the test has ended.
                }
            }
        }
    }
}
