using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CentralAmp.Twin.Tls;

/// <summary>
/// A certificate authority that lives as long as one run of the twin: one stands for the public ones that vouch for AWS's
/// hosts, and every cluster has its own, as EKS clusters do.
/// </summary>
public sealed class TwinCertificateAuthority : IDisposable
{
    // Clocks of the processes on one machine agree; the margin is for certificates made within the same second.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Validity = TimeSpan.FromDays(2);

    private readonly X509Certificate2 root;
    private readonly TimeProvider time;

    /// <param name="name">Common name of the root certificate.</param>
    /// <param name="folder">Where <see cref="PemFile"/> is written; made if it is not there. The private key is never written.</param>
    public TwinCertificateAuthority(string name, string folder, TimeProvider time)
    {
        this.time = time;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        root = request.CreateSelfSigned(time.GetUtcNow() - Margin, time.GetUtcNow() + Validity + Margin);

        Directory.CreateDirectory(folder);
        PemFile = Path.Combine(folder, "ca.pem");
        File.WriteAllText(PemFile, Pem + "\n");
    }

    /// <summary>The root certificate in PEM.</summary>
    public string Pem => root.ExportCertificatePem();

    /// <summary>File with <see cref="Pem"/>, for SSL_CERT_FILE.</summary>
    public string PemFile { get; }

    /// <summary>A server certificate with its private key for these DNS names (wildcards included) and IP addresses.</summary>
    public X509Certificate2 Issue(params string[] dnsNamesOrIps)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server of the twin", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        request.CertificateExtensions.Add(SubjectAlternativeNames(dnsNamesOrIps));

        using var certificate = request.Create(
            root, time.GetUtcNow() - Margin, time.GetUtcNow() + Validity, RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose() => root.Dispose();

    private static X509Extension SubjectAlternativeNames(IEnumerable<string> dnsNamesOrIps)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dnsNamesOrIps)
        {
            if (IPAddress.TryParse(name, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(name);
        }
        return names.Build();
    }
}
