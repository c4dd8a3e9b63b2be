using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Tests.Aws;
using CentralAmp.Twin.Tls;

[assembly: AssemblyFixture(typeof(AwsTwinFixture))]

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>The twin's AWS without stacks, with clusters that have no Kubernetes side and a workspace that keeps what it is sent.</summary>
public sealed class AwsTwinFixture : IAsyncDisposable
{
    // Long enough for a loaded machine to see what is not in effect yet.
    private static readonly TimeSpan Propagation = TimeSpan.FromSeconds(2);

    private readonly string folder = Directory.CreateTempSubdirectory("twin-aws-").FullName;
    private readonly Lazy<Task> started;
    private TwinCertificateAuthority? authority;

    public AwsTwin Twin { get; private set; } = null!;

    public CallLog Calls { get; } = new();

    public FakeClusters Clusters { get; } = new();

    internal FakeWorkspace Workspace { get; } = new();

    public string CertificateAuthorityFile => authority!.PemFile;

    public AccessKey Hub => Twin.Operators[TwinAccounts.Hub];

    public AccessKey Member => Twin.Operators[TwinAccounts.Member];

    public AwsTwinFixture() => started = new Lazy<Task>(StartAsync);

    /// <summary>Until every change made by now is in effect.</summary>
    public Task SettledAsync() => Task.Delay(Propagation + TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);

    /// <summary>Started by the first test that needs it; the others of the assembly do without.</summary>
    public Task StartedAsync() => started.Value;

    public async ValueTask DisposeAsync()
    {
        if (Twin is not null)
            await Twin.DisposeAsync();
        await Workspace.DisposeAsync();
        authority?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartAsync()
    {
        authority = new TwinCertificateAuthority("twin tests", folder, TimeProvider.System);
        await Workspace.StartAsync();
        Twin = await AwsTwin.StartAsync(
            new AwsTwinOptions
            {
                RunFolder = folder,
                Deploys = false,
                PropagationDelay = Propagation,
                ReplicaFailover = TimeSpan.FromSeconds(1),
                ServiceControlPolicies = new Dictionary<string, IReadOnlyList<string>>
                {
                    [TwinAccounts.Member] = ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:CreateOpenIDConnectProvider","Resource":"*"}]}"""],
                },
            },
            Clusters, Calls, authority, _ => Task.FromResult(Workspace.Address), TimeProvider.System, CancellationToken.None);
    }
}

/// <summary>Tests on the one twin of the assembly.</summary>
public abstract class AwsTwinTests(AwsTwinFixture fixture) : IAsyncLifetime
{
    protected AwsTwinFixture Fixture => fixture;

    public async ValueTask InitializeAsync() => await fixture.StartedAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

public sealed class CallLog : ICallRecorder
{
    private readonly ConcurrentQueue<RecordedCall> calls = new();

    public IReadOnlyList<RecordedCall> All => [.. calls];

    public void Record(RecordedCall call) => calls.Enqueue(call);
}

/// <summary>Clusters with an issuer and a key, and nothing behind the endpoint.</summary>
public sealed class FakeClusters : IClusterFactory
{
    private readonly ConcurrentBag<string> active = [];

    public IReadOnlyCollection<string> Active => active;

    public Task<ITwinCluster> CreateAsync(string arn, ClusterBehaviour behaviour, IClusterAuthenticator authenticator, CancellationToken cancellationToken) =>
        Task.FromResult<ITwinCluster>(new FakeCluster(arn, behaviour));

    public void BecameActive(ITwinCluster cluster) => active.Add(cluster.Arn);

    private sealed class FakeCluster(string arn, ClusterBehaviour behaviour) : ITwinCluster
    {
        public string Arn => arn;

        public string Issuer { get; } = $"https://oidc.eks.{arn.Split(':')[3]}.amazonaws.com/id/{RandomNumberGenerator.GetHexString(32)}";

        public RSA SigningKey { get; } = RSA.Create(2048);

        public string KeyId { get; } = Guid.NewGuid().ToString();

        public string Endpoint => "https://127.0.0.1:1";

        public string CertificateAuthorityData { get; } = Certificate();

        public ClusterBehaviour Behaviour => behaviour;

        public ValueTask DisposeAsync()
        {
            SigningKey.Dispose();
            return ValueTask.CompletedTask;
        }

        private static string Certificate()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=kubernetes", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            return Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        }
    }
}
