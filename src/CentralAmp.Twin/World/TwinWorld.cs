using System.Globalization;
using System.Text.Json;
using Amazon.IdentityManagement;
using Amazon.PrometheusService;
using Amazon.Runtime;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Prometheus;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.Tls;

namespace CentralAmp.Twin.World;

/// <summary>
/// AWS, clusters and the workspace's Prometheus put together, with CentralAmp deployed: what the program shows and what
/// the tests run against. Everything it started ends with it.
/// </summary>
public sealed class TwinWorld : IAsyncDisposable
{
    public const string MemberRole = "CentralAmpMember";

    /// <summary>Where runs leave their logs and configurations behind, for looking into the twin itself.</summary>
    private static readonly string? KeptFolder = Environment.GetEnvironmentVariable("CENTRALAMP_TWIN_FOLDER");

    private readonly string folder;
    private readonly TwinCertificateAuthority authority;
    private readonly WorkspaceBackend workspaces;
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });

    private TwinWorld(string folder, CallRecorder calls, TwinCertificateAuthority authority, WorkspaceBackend workspaces, AwsTwin aws)
    {
        (this.folder, Calls, this.authority, this.workspaces, Aws) = (folder, calls, authority, workspaces, aws);
        Iam = new AmazonIdentityManagementServiceClient(OperatorOf(TwinAccounts.Hub), Configure(new AmazonIdentityManagementServiceConfig()));
        MemberIam = new AmazonIdentityManagementServiceClient(OperatorOf(TwinAccounts.Member), Configure(new AmazonIdentityManagementServiceConfig()));
        Amp = new AmazonPrometheusServiceClient(OperatorOf(TwinAccounts.Hub), Configure(new AmazonPrometheusServiceConfig()));
    }

    public AwsTwin Aws { get; }

    public CallRecorder Calls { get; }

    public string Region => TwinAccounts.HomeRegion;

    public string HubAccount => TwinAccounts.Hub;

    public string MemberAccount => TwinAccounts.Member;

    public string WorkspaceArn => Aws.HubOutputs["WorkspaceArn"];

    public string WorkspaceId => WorkspaceArn[(WorkspaceArn.LastIndexOf('/') + 1)..];

    public string StateMachineArn => Aws.HubOutputs["StateMachineArn"];

    /// <summary>The hub's administrator.</summary>
    public IAmazonIdentityManagementService Iam { get; }

    /// <summary>The member account's administrator.</summary>
    public IAmazonIdentityManagementService MemberIam { get; }

    public IAmazonPrometheusService Amp { get; }

    private TimeSpan PropagationDelay { get; init; }

    /// <exception cref="ProvisioningException">The machine lacks Python, moto or Prometheus, and they could not be provided.</exception>
    public static async Task<TwinWorld> StartAsync(WorldOptions options, CallRecorder calls, Action<string> say, CancellationToken cancellationToken)
    {
        var prometheus = await new PrometheusProvisioning(PrivateFolder.Default, say).EnsureAsync(cancellationToken);
        var folder = NewFolder();
        var authority = new TwinCertificateAuthority("aws", folder, TimeProvider.System);
        var workspaces = new WorkspaceBackend(prometheus, Directory.CreateDirectory(Path.Combine(folder, "workspaces")).FullName);
        AwsTwin? aws = null;
        var clusters = new TwinClusterFactory(new TwinClusterOptions(
            Directory.CreateDirectory(Path.Combine(folder, "clusters")).FullName, prometheus, calls, () => aws!.DataPlane, TimeProvider.System));
        try
        {
            var awsOptions = new AwsTwinOptions
            {
                RunFolder = Directory.CreateDirectory(Path.Combine(folder, "aws")).FullName,
                HubParameters = options.HubParameters,
                PropagationDelay = options.PropagationDelay,
                Say = say,
            };
            say("starting a local AWS: hub 111111111111, member 222222222222; deploying template.yaml and src/MemberAccount/template.yaml");
            aws = await AwsTwin.StartAsync(awsOptions, clusters, calls, authority, workspaces.ForWorkspaceAsync, TimeProvider.System, cancellationToken);
        }
        finally
        {
            if (aws is null)
                await EndAsync(workspaces, authority, folder);
        }

        return new TwinWorld(folder, calls, authority, workspaces, aws) { PropagationDelay = options.PropagationDelay };
    }

    /// <param name="deliveries">How often CloudTrail tells of it; 0 is a cluster that events missed.</param>
    public async Task<string> CreateClusterAsync(string name, ClusterBehaviour behaviour, int deliveries, CancellationToken cancellationToken)
    {
        Aws.CloudTrail.Plan(name, new CloudTrailBehaviour { Deliveries = deliveries });
        return await Aws.CreateClusterAsync(MemberAccount, Region, name, new Dictionary<string, string>(), behaviour, cancellationToken);
    }

    public Task<string> StartExecutionAsync(string input, CancellationToken cancellationToken) => Aws.StartExecutionAsync(input, cancellationToken);

    /// <summary>The Kubernetes side of a cluster.</summary>
    public TwinCluster ClusterOf(string clusterArn) => (TwinCluster)Aws.Eks.Find(clusterArn)!.Twin;

    public DateTimeOffset? ActiveSince(string clusterArn) => Aws.Eks.Find(clusterArn)?.ActiveAt;

    /// <summary>Has something done to the ingest role of a cluster right after CentralAmp's call, before it takes effect.</summary>
    /// <param name="tamper">Is given the name of the role.</param>
    public void AfterIamWrite(string action, string clusterName, Func<string, Task> tamper) =>
        Aws.IamService.Interfere(action, roleName => roleName.Contains($"-{clusterName}-", StringComparison.Ordinal), tamper);

    /// <summary>Until a change to IAM made by now has an effect.</summary>
    public Task IamSettlesAsync(CancellationToken cancellationToken) =>
        Task.Delay(PropagationDelay + TimeSpan.FromMilliseconds(100), cancellationToken);

    /// <summary>Address of the Prometheus behind the workspace.</summary>
    public Task<Uri> WorkspaceAddressAsync() => workspaces.ForWorkspaceAsync(WorkspaceId);

    /// <summary>When the first sample that the cluster scraped was taken; null if there is none. The proof is not one.</summary>
    public async Task<DateTimeOffset?> FirstSampleAsync(string clusterArn, CancellationToken cancellationToken)
    {
        var name = clusterArn[(clusterArn.LastIndexOf('/') + 1)..];
        var query = $$"""min(min_over_time(timestamp(up{cluster_name="{{name}}",account_id="{{MemberAccount}}",region="{{Region}}"})[1h:1s]))""";
        var seconds = await QueryAsync(query, cancellationToken);
        return seconds is null ? null : DateTimeOffset.UnixEpoch.AddSeconds(seconds.Value);
    }

    /// <summary>The one value of an instant query to the workspace's Prometheus; null if it is empty.</summary>
    public async Task<double?> QueryAsync(string query, CancellationToken cancellationToken)
    {
        var address = new Uri(await WorkspaceAddressAsync(), $"api/v1/query?query={Uri.EscapeDataString(query)}");
        using var answer = JsonDocument.Parse(await http.GetStringAsync(address, cancellationToken));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0
            ? null
            : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await Aws.DisposeAsync();
        (Iam as IDisposable)?.Dispose();
        (MemberIam as IDisposable)?.Dispose();
        (Amp as IDisposable)?.Dispose();
        http.Dispose();
        await EndAsync(workspaces, authority, folder);
    }

    private static async Task EndAsync(WorkspaceBackend workspaces, TwinCertificateAuthority authority, string folder)
    {
        await workspaces.DisposeAsync();
        authority.Dispose();
        if (KeptFolder is null)
            Directory.Delete(folder, recursive: true);
    }

    private static string NewFolder() => KeptFolder is null
        ? Directory.CreateTempSubdirectory("centralamp-twin-").FullName
        : Directory.CreateDirectory(Path.Combine(KeptFolder, Guid.NewGuid().ToString("N"))).FullName;

    private BasicAWSCredentials OperatorOf(string account) => new(Aws.Operators[account].Id, Aws.Operators[account].Secret);

    private T Configure<T>(T configuration)
        where T : ClientConfig
    {
        configuration.ServiceURL = Aws.Endpoint.ToString();
        configuration.AuthenticationRegion = Region;
        return configuration;
    }
}
