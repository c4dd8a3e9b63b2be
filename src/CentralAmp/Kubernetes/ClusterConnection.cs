using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CentralAmp.Clusters;

namespace CentralAmp.Kubernetes;

/// <summary>Makes the HTTP client of one cluster: its CA and nobody else's, one token.</summary>
internal static class ClusterConnection
{
    /// <summary>A private endpoint drops packets: the answer "not reachable" must come within seconds.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(4);

    public static HttpClient Open(ClusterDescription described, string token)
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
            ConnectTimeout = ConnectTimeout,
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        };

        // The client times requests itself (KubernetesClient), so that a connection that cannot be made is told from a slow answer.
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
}
