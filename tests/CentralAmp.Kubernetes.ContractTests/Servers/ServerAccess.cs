using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CentralAmp.Kubernetes.ContractTests.Servers;

/// <summary>Where an API server is, whom it is recognized by, and how its administrator shows who he is.</summary>
internal sealed record ServerAccess(Uri Server)
{
    /// <summary>PEM; null where the machine's own trust suffices.</summary>
    public string? Authority { get; init; }

    /// <summary>The name on its certificate, where it is not the address.</summary>
    public string? ServerName { get; init; }

    public X509Certificate2? ClientCertificate { get; init; }

    public string? Token { get; init; }

    public string? UserName { get; init; }

    public string? Password { get; init; }

    /// <param name="user">Impersonated: the administrator may act for anybody (Kubernetes, "User impersonation"). Null is himself.</param>
    public HttpClient Open(string? user = null, params string[] groups)
    {
        var http = new HttpClient(Handler()) { BaseAddress = new Uri(Server.AbsoluteUri.TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        http.DefaultRequestHeaders.Authorization = (Token, UserName) switch
        {
            ({ } token, _) => new AuthenticationHeaderValue("Bearer", token),
            (_, { } name) => new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{Password}"))),
            _ => null,
        };
        if (user is not null)
        {
            http.DefaultRequestHeaders.Add("Impersonate-User", user);
            http.DefaultRequestHeaders.Add("Impersonate-Group", groups);
        }

        return http;
    }

    private SocketsHttpHandler Handler()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = ServerName };
        if (Authority is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPem(Authority);
            options.CertificateChainPolicy = policy;
        }

        if (ClientCertificate is not null)
        {
            options.ClientCertificates = [ClientCertificate];
        }

        return new SocketsHttpHandler { SslOptions = options };
    }
}
