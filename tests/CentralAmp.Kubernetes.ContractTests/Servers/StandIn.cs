using System.Text;
using CentralAmp.Twin;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Kubernetes.ContractTests.Servers;

/// <summary>The twin's API server without operator and pods.</summary>
internal sealed class StandIn : ICallRecorder, IClusterAuthenticator, IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("contract-").FullName;
    private ITwinCluster? cluster;

    public static async Task<StandIn> StartAsync()
    {
        var standIn = new StandIn();
        // The stand-in starts no Prometheus.
        var options = new TwinClusterOptions(
            standIn.folder,
            new PrometheusBinary("/nonexistent", PrometheusBinary.Oldest),
            standIn,
            () => new DataPlaneAccess(new Uri("http://127.0.0.1:1"), "/dev/null"),
            TimeProvider.System);
        standIn.cluster = await new TwinClusterFactory(options).CreateAsync(
            "arn:aws:eks:us-east-1:222222222222:cluster/contract", new ClusterBehaviour(), standIn, CancellationToken.None);
        return standIn;
    }

    public ServerAccess Access => new(new Uri(cluster!.Endpoint))
    {
        Authority = Encoding.UTF8.GetString(Convert.FromBase64String(cluster.CertificateAuthorityData)),
        Token = ((TwinCluster)cluster).AdministratorToken,
    };

    public void Record(RecordedCall call)
    {
        // The suite does not check recorded calls.
    }

    public CallerIdentity? Authenticate(string presignedUrl, string clusterName) => null;

    public IReadOnlyList<string>? GroupsOf(string clusterArn, string roleArn) => null;

    public async ValueTask DisposeAsync()
    {
        await cluster!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
