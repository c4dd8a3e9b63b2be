using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CentralAmp.Clusters;

namespace CentralAmp.Kubernetes;

/// <summary>Creates the HTTP client of one cluster: it trusts only the cluster's CA and sends one token.</summary>
internal static class ClusterConnection
{
    public static HttpClient Open(ClusterDescription described, string token, EndpointLimits limits)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(described.CertificateAuthority)));
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = limits.Connect + limits.Handshake,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, limits.Connect, cancellationToken),
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        };

        // KubernetesClient limits requests itself, to distinguish an unreachable endpoint from a slow answer.
        return new HttpClient(handler)
        {
            BaseAddress = new Uri(described.Endpoint.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders =
            {
                Authorization = new AuthenticationHeaderValue("Bearer", token),
                Accept = { new MediaTypeWithQualityHeaderValue("application/json") },
            },
        };
    }

    /// <summary>Limits the handshake separately, to distinguish an unreachable endpoint from a hanging handshake.</summary>
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, TimeSpan within, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(within);
        try
        {
            await socket.ConnectAsync(endpoint, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
