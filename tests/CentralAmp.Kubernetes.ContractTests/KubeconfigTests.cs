using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CentralAmp.Kubernetes.ContractTests.Servers;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>The suite reads a kubeconfig in the same way as kubectl.</summary>
public sealed class KubeconfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kubeconfig-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_inline_token_and_authority_are_read_from_the_current_context()
    {
        var access = Read("{token: secret}", $"certificate-authority-data: {Base64("-----PEM-----")}");
        Assert.Equal(("https://api.example:6443/", "-----PEM-----", "secret"), (access.Server.AbsoluteUri, access.Authority, access.Token));
    }

    [Fact]
    public void File_paths_are_relative_to_the_kubeconfig()
    {
        File.WriteAllText(Path.Combine(folder, "ca.pem"), "authority");
        File.WriteAllText(Path.Combine(folder, "token"), "secret\n");
        var access = Read("{tokenFile: token}", "certificate-authority: ca.pem\n    tls-server-name: kubernetes");
        Assert.Equal(("authority", "secret", "kubernetes"), (access.Authority, access.Token, access.ServerName));
    }

    [Fact]
    public void A_client_certificate_is_read_with_its_key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=admin", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddDays(1));
        var user = $"{{client-certificate-data: {Base64(certificate.ExportCertificatePem())}, client-key-data: {Base64(key.ExportPkcs8PrivateKeyPem())}}}";
        Assert.True(Read(user, "tls-server-name: x").ClientCertificate!.HasPrivateKey);
    }

    [Theory]
    [InlineData("{exec: {command: aws}}", "tls-server-name: x", "exec")]
    [InlineData("{token: x}", "insecure-skip-tls-verify: true", "insecure-skip-tls-verify")]
    [InlineData("{client-certificate-data: QQ==}", "tls-server-name: x", "client-key")]
    public void An_unsupported_setting_is_named_in_the_error(string user, string cluster, string named) =>
        Assert.Contains(named, Assert.Throws<InvalidOperationException>(() => Read(user, cluster)).Message, StringComparison.Ordinal);

    private ServerAccess Read(string user, string cluster)
    {
        var path = Path.Combine(folder, "config");
        File.WriteAllText(path, $"""
            apiVersion: v1
            kind: Config
            current-context: one
            contexts:
            - name: other
              context: (cluster: nowhere, user: nobody)
            - name: one
              context: (cluster: here, user: admin)
            clusters:
            - name: here
              cluster:
                server: https://api.example:6443
                {cluster.Replace("\n    ", "\n    ", StringComparison.Ordinal)}
            users:
            - name: admin
              user: {user}
            """.Replace("(cluster", "{cluster", StringComparison.Ordinal).Replace(")", "}", StringComparison.Ordinal));
        return Kubeconfig.Read(path);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
