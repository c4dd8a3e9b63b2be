using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text.Json;
using CentralAmp.Twin.Aws.Amp;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Aws.Gateway;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Aws.Moto;
using CentralAmp.Twin.Aws.Organizations;
using CentralAmp.Twin.Aws.Policies;
using CentralAmp.Twin.Aws.Sts;
using CentralAmp.Twin.Tls;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace CentralAmp.Twin.Aws;

/// <summary>
/// AWS of the twin: the accounts of one organization behind an enforcing gateway, with the hub's and the members' stacks
/// deployed. Disposing ends every process it started.
/// </summary>
public sealed partial class AwsTwin : IAsyncDisposable
{
    /// <summary>How long the twin may use the cached existence of a workspace. Changes to IAM take longer to propagate.</summary>
    private static readonly TimeSpan WorkspaceCacheTime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Account, string Region, string Id), DateTimeOffset> workspacesSeen = new();
    private readonly AwsTwinOptions options;
    private readonly ICallRecorder recorder;
    private readonly TwinCertificateAuthority authority;
    private readonly TimeProvider time;
    private readonly KeyRing keys;
    private readonly ConcurrentDictionary<string, SslStreamCertificateContext> certificates = new();
    private readonly string secret = RandomNumberGenerator.GetHexString(32);

    private ConnectProxy? proxy;
    private Python python = null!;
    private MotoServer moto = null!;
    private SecurityTokenService sts = null!;
    private LoopbackServer server = null!;
    private AwsGateway gateway = null!;
    private PrivateEndpoints privateEndpoints = null!;
    private IReadOnlyDictionary<string, PolicyDocument> busPolicies = new Dictionary<string, PolicyDocument>();

    private AwsTwin(AwsTwinOptions options, ICallRecorder recorder, TwinCertificateAuthority authority, TimeProvider time)
    {
        (this.options, this.recorder, this.authority, this.time) = (options, recorder, authority, time);
        keys = new KeyRing(time);
        Operators = TwinAccounts.All.ToDictionary(account => account, keys.IssueOperator);
        Organization = new TwinOrganization(options.ClusterAccounts.Append(TwinAccounts.Hub).Distinct());
        ServiceControlPolicies = new(options.ServiceControlPolicies.ToDictionary(
            account => account.Key, account => (IReadOnlyList<PolicyDocument>)[.. account.Value.Select(PolicyDocument.Parse)]));
    }

    /// <summary>Address of every AWS API, for AWS_ENDPOINT_URL.</summary>
    public Uri Endpoint => server.Addresses[0];

    /// <summary>Access to AWS's data plane by its real host names.</summary>
    public DataPlaneAccess DataPlane { get; private set; } = null!;

    /// <summary>Access key of each account's operator.</summary>
    public IReadOnlyDictionary<string, AccessKey> Operators { get; }

    /// <summary>Regions with clusters, the home region first.</summary>
    public IReadOnlyList<string> Regions => options.Regions;

    public TwinOrganization Organization { get; }

    /// <summary>Service control policies by account. An account without policies may do everything. Tests may change them at any time.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<PolicyDocument>> ServiceControlPolicies { get; }

    /// <summary>Opt-in regions that an account has not enabled.</summary>
    public ConcurrentDictionary<(string AccountId, string Region), bool> DisabledRegions { get; } = new();

    public IamView Iam { get; private set; } = null!;

    public IamService IamService { get; private set; } = null!;

    public EksService Eks { get; private set; } = null!;

    public AmpService Amp { get; private set; } = null!;

    public LambdaHost Lambda { get; private set; } = null!;

    public CloudTrail CloudTrail { get; private set; } = null!;

    /// <exception cref="ProvisioningException">The machine lacks Python or moto, and they could not be provided.</exception>
    /// <exception cref="InvalidOperationException">moto or the deployment failed. The message has the end of the log.</exception>
    public static async Task<AwsTwin> StartAsync(
        AwsTwinOptions options, IClusterFactory clusters, ICallRecorder recorder, TwinCertificateAuthority authority, WorkspaceLookup workspaces,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var twin = new AwsTwin(options, recorder, authority, time);
        try
        {
            twin.python = await Python.ProvideAsync(options.PrivateFolder, options.RunFolder, options.Say, cancellationToken);
            await twin.ListenAsync(cancellationToken);
            twin.moto = await MotoServer.StartAsync(twin.python, options.RunFolder, twin.Endpoint, twin.secret, cancellationToken, twin.Units);
            twin.Assemble(clusters, workspaces);
            await twin.RefreshAsync(cancellationToken);
            if (options.Deploys)
                await twin.DeployAsync(cancellationToken);
            return twin;
        }
        catch
        {
            await twin.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads changes that were made without the gateway, and puts them into effect at once.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        foreach (var account in Operators.Keys)
            await Iam.RefreshAsync(account, atOnce: true, cancellationToken);
        busPolicies = await moto.ReadBusPoliciesAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // Callers are disposed before the parts that they call. Parts that did not start are null.
        if (Lambda is not null)
            await Lambda.DisposeAsync();
        if (Eks is not null)
            await Eks.DisposeAsync();
        if (moto is not null)
            await moto.DisposeAsync();
        if (proxy is not null)
            await proxy.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        Amp?.Dispose();
        Iam?.Dispose();
        foreach (var certificate in certificates.Values)
            certificate.TargetCertificate.Dispose();
    }

    // moto needs the gateway's address at its start, and the gateway needs moto to answer requests.
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        server = await LoopbackServer.StartAsync(
            context => context.Request.Path.StartsWithSegments(PrivateEndpoints.Prefix.TrimEnd('/'), StringComparison.Ordinal)
                ? privateEndpoints.HandleAsync(context)
                : gateway.HandleAsync(context),
            cancellationToken,
            _ => { },
            listener => listener.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = hello => new(new SslServerAuthenticationOptions { ServerCertificateContext = Certificate(hello.ClientHelloInfo.ServerName) }),
            }));
        proxy = new ConnectProxy(server.Addresses[1].Port);
        DataPlane = new DataPlaneAccess(proxy.Address, authority.PemFile);
    }

    // The context is cached, because building the certificate chain again would double the time of every handshake.
    private SslStreamCertificateContext? Certificate(string? name) => name?.EndsWith(".amazonaws.com", StringComparison.Ordinal) == true
        ? certificates.GetOrAdd(name, host => SslStreamCertificateContext.Create(authority.Issue(host), additionalCertificates: null, offline: true))
        : null;

    private void Assemble(IClusterFactory clusters, WorkspaceLookup workspaces)
    {
        Iam = new IamView(moto.ReadIamAsync, options.PropagationDelay, time);
        CloudTrail = new CloudTrail(moto, time);
        var authenticator = new RequestAuthenticator(keys, time);
        var authorizer = new Authorizer(Iam, ServiceControlPolicies);
        sts = new SecurityTokenService(Iam, keys, authorizer, new WebIdentityVerifier(IssuerKey, time));
        var forwarder = new MotoForwarder(moto);

        Eks = new EksService(clusters, new ClusterTokenVerifier(authenticator, time), RoleId, CloudTrail, options.PropagationDelay, time);
        IamService = new IamService(forwarder, Iam, options.ProvidersPerAccount);
        Amp = new AmpService(forwarder, WorkspaceExistsAsync, workspaces, new HighAvailabilityTracker(options.ReplicaFailover, time), new RulesAndAlerts(options.Rules, time));
        Lambda = new LambdaHost(
            new LambdaHostOptions(options.FunctionsProgram, Endpoint, DataPlane, Directory.CreateDirectory(Path.Combine(options.RunFolder, "functions")).FullName),
            forwarder, FindFunctionAsync, (role, function) => sts.AssumeAsService("lambda.amazonaws.com", role, function), time);

        var buses = new BusPolicies(Iam, bus => busPolicies.GetValueOrDefault(bus));
        privateEndpoints = new PrivateEndpoints(secret, sts, authorizer, buses, Amp.Rules, recorder, time);
        gateway = new AwsGateway(new GatewayParts(authenticator, authorizer, buses, sts, new Dictionary<string, IAwsService>
        {
            ["sts"] = sts,
            ["iam"] = IamService,
            ["eks"] = Eks,
            ["aps"] = Amp,
            ["lambda"] = Lambda,
            ["events"] = new EventsService(forwarder),
            ["states"] = new StatesService(forwarder),
            ["organizations"] = new OrganizationsService(Organization),
            ["dynamodb"] = forwarder,
            ["sqs"] = forwarder,
            ["logs"] = forwarder,
            ["s3"] = forwarder,
            ["cloudformation"] = forwarder,
        }, account => new AuthorizationFacts(Iam.Newest(account), Eks.AccessEntryArn, Eks.TagsOf), (account, region) => !DisabledRegions.ContainsKey((account, region)), recorder, time));
    }

    private RSA? IssuerKey(string issuer, string keyId) =>
        Eks.Clusters.Select(cluster => cluster.Twin).FirstOrDefault(cluster => cluster.Issuer == issuer && cluster.KeyId == keyId)?.SigningKey;

    private string? RoleId(string roleArn) =>
        Iam.Newest(Arn.TryParse(roleArn)?.AccountId ?? "").Roles.GetValueOrDefault(roleArn)?.Id;

    // Every remote_write checks this. The result is cached, because moto has one thread and would be busy with these checks alone.
    private async Task<bool> WorkspaceExistsAsync(string account, string region, string workspaceId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (workspacesSeen.TryGetValue((account, region, workspaceId), out var seen) && now - seen < WorkspaceCacheTime)
            return true;
        var exists = await moto.GetAsync("aps", $"/workspaces/{Uri.EscapeDataString(workspaceId)}", account, region, cancellationToken) is not null;
        if (exists)
            workspacesSeen[(account, region, workspaceId)] = now;
        return exists;
    }

    private async Task<LambdaFunction?> FindFunctionAsync(string account, string region, string name, CancellationToken cancellationToken) =>
        await moto.GetAsync("lambda", $"/2015-03-31/functions/{name}", account, region, cancellationToken) is { } function
            ? LambdaFunction.Read(function.GetProperty("Configuration"))
            : null;
}
