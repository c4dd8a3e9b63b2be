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
/// The local AWS, the clusters and the workspaces' Prometheus, with CentralAmp deployed. The command line and
/// the tests run against it. Disposing ends every process that it started.
/// </summary>
public sealed class TwinWorld : IAsyncDisposable
{
    public const string MemberRole = "CentralAmpMember";

    public const string MemberManagerRole = "CentralAmpMemberManager";

    /// <summary>If set, runs keep their logs and configurations in this folder, to debug the twin itself.</summary>
    private static readonly string? KeptFolder = Environment.GetEnvironmentVariable("CENTRALAMP_TWIN_FOLDER");

    private readonly RunFolder? runFolder;
    private readonly TwinCertificateAuthority authority;
    private readonly WorkspaceBackend workspaces;
    private readonly Dictionary<string, IAmazonIdentityManagementService> operators;
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });

    private TwinWorld(RunFolder? runFolder, CallRecorder calls, TwinCertificateAuthority authority, WorkspaceBackend workspaces, AwsTwin aws)
    {
        (this.runFolder, Calls, this.authority, this.workspaces, Aws) = (runFolder, calls, authority, workspaces, aws);
        operators = TwinAccounts.All.ToDictionary(account => account, account =>
            (IAmazonIdentityManagementService)new AmazonIdentityManagementServiceClient(OperatorOf(account), Configure(new AmazonIdentityManagementServiceConfig())));
        Amp = new AmazonPrometheusServiceClient(OperatorOf(TwinAccounts.Hub), Configure(new AmazonPrometheusServiceConfig()));
    }

    public AwsTwin Aws { get; }

    public CallRecorder Calls { get; }

    public string Region => TwinAccounts.HomeRegion;

    public string HubAccount => TwinAccounts.Hub;

    public string MemberAccount => TwinAccounts.Member;

    public string WorkspaceArn => Aws.HubOutputs["WorkspaceArn"];

    public string WorkspaceId => IdOf(WorkspaceArn);

    public string StateMachineArn => Aws.HubOutputs["StateMachineArn"];

    /// <summary>ARNs of all clusters ever created, deleted ones included, in order.</summary>
    public IReadOnlyList<string> ClusterArns => [.. Aws.CloudTrail.History.Where(happened => happened.Name == "CreateCluster").Select(happened => happened.ClusterArn).Distinct()];

    /// <summary>IAM client of the hub's operator.</summary>
    public IAmazonIdentityManagementService Iam => IamOf(HubAccount);

    /// <summary>IAM client of the member account's operator.</summary>
    public IAmazonIdentityManagementService MemberIam => IamOf(MemberAccount);

    public IAmazonPrometheusService Amp { get; }

    private TimeSpan PropagationDelay { get; init; }

    /// <exception cref="ProvisioningException">The machine lacks Python, moto or Prometheus, and they could not be provided.</exception>
    public static async Task<TwinWorld> StartAsync(WorldOptions options, CallRecorder calls, Action<string> say, CancellationToken cancellationToken)
    {
        var prometheus = await new PrometheusProvisioning(PrivateFolder.Default, say).EnsureAsync(cancellationToken);
        var runFolder = KeptFolder is null ? await RunFolder.CreateAsync(PrivateFolder.Default, say, cancellationToken) : null;
        var folder = runFolder?.Path ?? Directory.CreateDirectory(Path.Combine(KeptFolder!, Guid.NewGuid().ToString("N"))).FullName;
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
                FunctionsProgram = options.FunctionsProgram,
                HubParameters = options.HubParameters,
                ClusterAccounts = options.ClusterAccounts,
                Regions = options.Regions,
                EarlierWorkspaces = options.EarlierWorkspaces,
                PropagationDelay = options.PropagationDelay,
                Rules = workspaces.EvaluateAsync,
                Say = say,
            };
            say($"starting a local AWS: hub {TwinAccounts.Hub}, clusters in {string.Join(", ", options.ClusterAccounts)}, {string.Join(", ", options.Regions)}; deploying template.yaml and src/MemberAccount/template.yaml");
            aws = await AwsTwin.StartAsync(awsOptions, clusters, calls, authority, workspaces.ForWorkspaceAsync, TimeProvider.System, cancellationToken);
        }
        finally
        {
            if (aws is null)
                await EndAsync(workspaces, authority, runFolder);
        }

        return new TwinWorld(runFolder, calls, authority, workspaces, aws) { PropagationDelay = options.PropagationDelay };
    }

    /// <summary>IAM client of an account's operator.</summary>
    public IAmazonIdentityManagementService IamOf(string accountId) => operators[accountId];

    /// <summary>A cluster of the member account, in the home region, without tags.</summary>
    /// <inheritdoc cref="CreateClusterAsync(string, string, string, IReadOnlyDictionary{string, string}, ClusterBehaviour, int, CancellationToken)"/>
    public Task<string> CreateClusterAsync(string name, ClusterBehaviour behaviour, int deliveries, CancellationToken cancellationToken) =>
        CreateClusterAsync(MemberAccount, Region, name, new Dictionary<string, string>(), behaviour, deliveries, cancellationToken);

    /// <param name="deliveries">How often EventBridge delivers the CreateCluster event; 0 loses it.</param>
    /// <returns>The ARN of the cluster.</returns>
    public async Task<string> CreateClusterAsync(
        string accountId, string region, string name, IReadOnlyDictionary<string, string> tags, ClusterBehaviour behaviour, int deliveries, CancellationToken cancellationToken)
    {
        Aws.CloudTrail.Plan($"arn:aws:eks:{region}:{accountId}:cluster/{name}", "CreateCluster", new CloudTrailBehaviour { Deliveries = deliveries });
        return await Aws.CreateClusterAsync(accountId, region, name, tags, behaviour, cancellationToken);
    }

    /// <param name="deliveries">How often EventBridge delivers the DeleteCluster event; 0 loses it.</param>
    public async Task DeleteClusterAsync(string clusterArn, int deliveries, CancellationToken cancellationToken)
    {
        Aws.CloudTrail.Plan(clusterArn, "DeleteCluster", new CloudTrailBehaviour { Deliveries = deliveries });
        await Aws.DeleteClusterAsync(clusterArn, cancellationToken);
    }

    public Task<string> StartExecutionAsync(string input, CancellationToken cancellationToken) => Aws.StartExecutionAsync(input, cancellationToken);

    /// <summary>The Kubernetes side of a cluster.</summary>
    public TwinCluster ClusterOf(string clusterArn) => (TwinCluster)Aws.Eks.Find(clusterArn)!.Twin;

    /// <summary>All items of the registry.</summary>
    public async Task<IReadOnlyList<RegistryEntry>> RegistryAsync(CancellationToken cancellationToken) =>
        [.. (await Aws.ScanAsync(Aws.HubOutputs["RegistryTable"], cancellationToken)).Select(RegistryEntry.Read)];

    public DateTimeOffset? ActiveSince(string clusterArn) => Aws.Eks.Find(clusterArn)?.ActiveAt;

    /// <summary>Changes a document in CentralAmp's IAM requests for the roles of one cluster, as if somebody changed the role right after.</summary>
    public void ChangeIamRequests(string action, string parameter, string clusterName, Func<string, string> change) =>
        Aws.IamService.Interfere(action, parameter, roleName => roleName.Contains($"-{clusterName}-", StringComparison.Ordinal), change);

    /// <summary>Waits until every change to IAM made so far is in effect.</summary>
    public Task IamSettlesAsync(CancellationToken cancellationToken) =>
        Task.Delay(PropagationDelay + TimeSpan.FromMilliseconds(100), cancellationToken);

    /// <summary>Address of the Prometheus behind the hub's own workspace, or behind another one.</summary>
    public Task<Uri> WorkspaceAddressAsync(string? workspaceArn = null) => workspaces.ForWorkspaceAsync(IdOf(workspaceArn ?? WorkspaceArn));

    /// <summary>Time of the first sample that the cluster scraped; null if there is none. The proof's sample does not count.</summary>
    public async Task<DateTimeOffset?> FirstSampleAsync(string clusterArn, CancellationToken cancellationToken, string? workspaceArn = null)
    {
        var arn = Arn.TryParse(clusterArn)!;
        var query = $$"""min(min_over_time(timestamp(up{cluster_name="{{arn.ResourceName}}",account_id="{{arn.AccountId}}",region="{{arn.Region}}"})[1h:1s]))""";
        var seconds = await QueryAsync(query, cancellationToken, workspaceArn);
        return seconds is null ? null : DateTimeOffset.UnixEpoch.AddSeconds(seconds.Value);
    }

    /// <summary>The one value of an instant query to a workspace's Prometheus, the hub's own by default; null if it is empty.</summary>
    public async Task<double?> QueryAsync(string query, CancellationToken cancellationToken, string? workspaceArn = null)
    {
        var address = new Uri(await WorkspaceAddressAsync(workspaceArn), $"api/v1/query?query={Uri.EscapeDataString(query)}");
        using var answer = JsonDocument.Parse(await http.GetStringAsync(address, cancellationToken));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0
            ? null
            : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await Aws.DisposeAsync();
        foreach (var client in operators.Values)
            (client as IDisposable)?.Dispose();
        (Amp as IDisposable)?.Dispose();
        http.Dispose();
        await EndAsync(workspaces, authority, runFolder);
    }

    private static async Task EndAsync(WorkspaceBackend workspaces, TwinCertificateAuthority authority, RunFolder? runFolder)
    {
        await workspaces.DisposeAsync();
        authority.Dispose();
        runFolder?.Dispose();
    }

    private static string IdOf(string workspaceArn) => workspaceArn[(workspaceArn.LastIndexOf('/') + 1)..];

    private BasicAWSCredentials OperatorOf(string account) => new(Aws.Operators[account].Id, Aws.Operators[account].Secret);

    private T Configure<T>(T configuration)
        where T : ClientConfig
    {
        configuration.ServiceURL = Aws.Endpoint.ToString();
        configuration.AuthenticationRegion = Region;
        return configuration;
    }
}
