using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CentralAmp.Kubernetes.ContractTests.Servers;

/// <summary>Address of an API server, its certificate authority, and the credentials of its administrator.</summary>
internal sealed record ServerAccess(Uri Server)
{
    /// <summary>PEM; null to use the machine's trusted authorities.</summary>
    public string? Authority { get; init; }

    /// <summary>The name in the server's certificate, if it differs from the address.</summary>
    public string? ServerName { get; init; }

    public X509Certificate2? ClientCertificate { get; init; }

    public string? Token { get; init; }

    public string? UserName { get; init; }

    public string? Password { get; init; }

    /// <param name="user">The user to impersonate (Kubernetes, "User impersonation"); null for the administrator.</param>
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
